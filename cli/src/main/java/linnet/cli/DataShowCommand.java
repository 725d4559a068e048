package linnet.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.sft.data.EncodedRow;
import linnet.sft.tokenizer.Specials;
import linnet.sft.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet data show}: rows as the model sees them. */
@Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Shows the rows of a data file as a model sees them, with its chat template.",
        "They are encoded as training encodes them. With --mask the tokens that",
        "would be trained stand out: in colour on a terminal, else in brackets."})
final class DataShowCommand implements Callable<Integer> {
  @Mixin
  private ModelChoice model;

  @Mixin
  private RowOptions rowOptions;

  @Mixin
  private CacheOptions cacheOptions;

  @Option(names = "--mask", description = "Mark the tokens that training would train.")
  private boolean mask;

  @Option(names = "--row", paramLabel = "N",
      description = "Only the row of line N, as messages count lines (from 1).")
  private Long line;

  @Option(names = "--rows", paramLabel = "N", description = "Only the first N rows.")
  private Integer limit;

  @Option(names = "--no-color", description = "Mark with brackets on a terminal too (so does NO_COLOR).")
  private boolean noColor;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    rowOptions.check();
    UserException.requireAtLeast(1, "--row", line);
    UserException.requireAtLeast(1, "--rows", limit);
    if (line != null && limit != null) {
      throw new UserException("--row: found together with --rows; give one of them");
    }
    model.requireRows(rowOptions.data());
    try (var cache = cacheOptions.open(rowOptions.data()); var source = model.open(output)) {
      var chat = model.text(source);
      Notices.template(output, chat.text());
      var rows = wanted(rowOptions.encode(output, rowOptions.data(), chat, cache).rows());
      var marks = mask ? TokenMarks.of(Terminal.isPresent() && !noColor, System.getenv()) : TokenMarks.NONE;
      rows.forEach(row -> show(row, chat.text().tokenizer(), marks));
      long trained = rows.stream().mapToLong(EncodedRow::trainedTokens).sum();
      long tokens = rows.stream().mapToLong(EncodedRow::tokens).sum();
      output.say("%s: %s, %,d of them trained", Counted.of(rows.size(), "row"), Counted.of(tokens, "token"),
          trained);
      output.event("summary", Json.object().put("rows", rows.size()).put("tokens", tokens)
          .put("trainedTokens", trained));
      return ExitCode.OK;
    }
  }

  private List<EncodedRow> wanted(List<EncodedRow> all) {
    if (line == null) {
      return limit == null ? all : all.subList(0, Math.min(limit, all.size()));
    }
    var row = all.stream().filter(candidate -> candidate.line() == line).toList();
    if (row.isEmpty()) {
      throw new UserException("--row: found " + line + ", but no row that can be trained stands on that line of "
          + rowOptions.data());
    }
    return row;
  }

  private void show(EncodedRow row, Tokenizer tokenizer, TokenMarks marks) {
    var pieces = pieces(row.ids(), tokenizer);
    output.say("line %d: %s, %,d trained", row.line(), Counted.of(row.tokens(), "token"), row.trainedTokens());
    output.sayMarked(marks.mark(pieces, row.trained()));
    output.event("row", Json.object().put("line", row.line()).put("ids", JsonArrays.of(row.ids()))
        .put("trained", JsonArrays.of(row.trained(), row.tokens()))
        .put("pieces", Json.of(pieces.stream().map(Json::of).toList())).put("text", String.join("", pieces))
        .put("tokens", row.tokens()).put("trainedTokens", row.trainedTokens()));
  }

  /** The text of each token; a character of several tokens is the last one's. */
  private static List<String> pieces(int[] ids, Tokenizer tokenizer) {
    var decoder = tokenizer.decoder(Specials.KEEP);
    var pieces = new ArrayList<String>(ids.length);
    for (int id : ids) {
      pieces.add(decoder.accept(id));
    }
    pieces.set(pieces.size() - 1, pieces.getLast() + decoder.finish());
    return pieces;
  }
}
