package linnet.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.sft.data.TextRows;
import linnet.sft.template.ChatTemplate;
import linnet.sft.tokenizer.BpeTrainer;
import linnet.sft.tokenizer.ByteLevelScheme;
import linnet.sft.tokenizer.TokenizerConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet train-tokenizer}: byte-level BPE from texts. */
@Command(name = "train-tokenizer", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Learns a byte-level BPE tokenizer from texts and writes tokenizer.json.")
final class TrainTokenizerCommand implements Callable<Integer> {
  @Option(names = {"-d", "--data"}, required = true, paramLabel = "FILE",
      description = "JSONL with a field text in each row.")
  private Path data;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DIR",
      description = "The folder to write to.")
  private Path out;

  @Option(names = "--vocabulary-size", required = true, paramLabel = "N",
      description = "Tokens at most: special ones, 256 bytes and merges.")
  private int vocabularySize;

  @Option(names = "--min-frequency", defaultValue = "2", paramLabel = "N",
      description = "How often a pair must occur to merge (default: ${DEFAULT-VALUE}).")
  private int minFrequency;

  @Option(names = "--special", split = ",", defaultValue = "<|endoftext|>,<|im_start|>,<|im_end|>",
      paramLabel = "TOKEN", description = "Special tokens, first the end of text, last the end of a turn"
          + " (default: ${DEFAULT-VALUE}).")
  private List<String> special;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    ModelPath.requireExists("--data", data);
    var trainer = new BpeTrainer(vocabularySize, minFrequency, ByteLevelScheme.GPT2, special);
    var tokenizer = trainer.train(TextRows.read(data).stream().map(TextRows.Text::text))
        .withConfig(new TokenizerConfig(Optional.empty(), Optional.of(special.getLast()),
            Optional.of(special.getFirst()), Optional.empty(), chatTemplate(), Json.object().build()));
    tokenizer.save(out);
    output.say("wrote %s: %s", out, Counted.of(tokenizer.vocabularySize(), "token"));
    output.event("summary", Json.object().put("output", out.toString())
        .put("vocabularySize", tokenizer.vocabularySize()));
    return ExitCode.OK;
  }

  /** ChatML, where its tokens are among the special ones. */
  private SequencedMap<String, String> chatTemplate() {
    var templates = new LinkedHashMap<String, String>();
    if (special.containsAll(List.of("<|im_start|>", "<|im_end|>"))) {
      templates.put("default", ChatTemplate.CHATML);
    }
    return templates;
  }
}
