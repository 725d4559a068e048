package linnet.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.sft.ModelText;
import linnet.sft.hub.Part;
import linnet.sft.tokenizer.Encoding;
import linnet.sft.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet tokenize}: text to ids, offsets and pieces, or ids to text. */
@Command(name = "tokenize", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Shows the ids, offsets (in Unicode code points) and pieces of a text, or the text of ids.")
final class TokenizeCommand implements Callable<Integer> {
  @Option(names = {"-m", "--model"}, required = true, paramLabel = "PATH",
      description = "A folder with a tokenizer.json, that file, or a GGUF file, or a model on the Hub,"
          + " org/model. No weights are read.")
  private Path model;

  @Option(names = {"-t", "--text"}, paramLabel = "TEXT", description = "The text to encode.")
  private String text;

  @Option(names = "--ids", split = ",", paramLabel = "ID",
      description = "Instead, the ids to decode: --ids 504,3575,282")
  private List<Integer> ids;

  @Option(names = "--special",
      description = "With --text: add the special tokens that the tokenizer puts around a text.")
  private boolean special;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    check();
    model = ModelPath.resolve("--model", model, Part.TEXT, output);
    var tokenizer = ModelText.open(model).tokenizer();
    if (text == null) {
      ids.forEach(id -> requireKnown(id, tokenizer));
      var decoded = tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
      output.say("%s", decoded);
      output.event("summary", Json.object()
          .put("ids", Json.of(ids.stream().map(Json::of).toList())).put("text", decoded));
    } else {
      show(tokenizer, special ? tokenizer.encodeWithSpecialTokens(text) : tokenizer.encode(text));
    }
    return ExitCode.OK;
  }

  private void check() {
    if ((text == null) == (ids == null)) {
      throw new UserException("--text and --ids: found " + (text == null ? "neither" : "both")
          + ", expected one of them");
    }
    if (special && text == null) {
      throw new UserException("--special: found together with --ids, to which nothing is added; leave it out");
    }
  }

  private void requireKnown(int id, Tokenizer tokenizer) {
    if (tokenizer.token(id).isEmpty()) {
      throw new UserException("--ids: found " + id + ", expected an id of one of the "
          + tokenizer.vocabularySize() + " tokens of " + model);
    }
  }

  private void show(Tokenizer tokenizer, Encoding encoding) {
    var points = encoding.inCodePoints(text);
    var offsets = new ArrayList<Json>();
    var pieces = new ArrayList<Json>();
    output.say("%8s  %-13s %s", "id", "offsets", "piece");
    for (int t = 0; t < encoding.size(); t++) {
      var piece = tokenizer.token(encoding.ids()[t]).orElse("?");
      output.say("%8d  %-13s %s", encoding.ids()[t], points.starts()[t] + "-" + points.ends()[t], piece);
      offsets.add(JsonArrays.of(points.starts()[t], points.ends()[t]));
      pieces.add(Json.of(piece));
    }
    output.say("%s", Counted.of(encoding.size(), "token"));
    output.event("summary", Json.object().put("ids", JsonArrays.of(encoding.ids()))
        .put("offsets", Json.of(offsets))
        .put("pieces", Json.of(pieces)).put("text", text));
  }
}
