package linnet.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import linnet.examples.knights.IslandTexts;
import linnet.examples.knights.Puzzle;
import linnet.examples.knights.Puzzles;
import linnet.nn.io.AtomicFile;
import linnet.nn.json.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code linnet demo-data}: the demo's texts and puzzles as files. */
@Command(name = "demo-data", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Writes what the demo is made of as JSONL.",
        "That is: the texts that the bundled tiny model was pre-trained on, puzzles to train on, or held-out",
        "puzzles, whose kinds are not among those to train on."})
final class DemoDataCommand implements Callable<Integer> {
  /** What can be written. */
  enum Kind {
    texts, puzzles, held_out
  }

  @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
  private Kind kind;

  @Parameters(index = "1", paramLabel = "FILE", description = "The JSONL file to write.")
  private Path file;

  @Option(names = "--rows", defaultValue = "1000", paramLabel = "N",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(names = "--seed", defaultValue = "0", paramLabel = "S",
      description = "The same seed gives the same rows on every machine (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    UserException.requireAtLeast(1, "--rows", rows);
    var text = new StringBuilder();
    lines().forEach(line -> text.append(line).append('\n'));
    AtomicFile.writeString(file, text.toString());
    output.say("wrote %s to %s", Counted.of(rows, "row"), file);
    output.event("summary", Json.object().put("output", file.toString()).put("rows", rows));
    return ExitCode.OK;
  }

  private Stream<Json> lines() {
    return switch (kind) {
      case texts -> {
        var texts = new IslandTexts(seed);
        yield LongStream.range(0, rows).mapToObj(i -> Json.object().put("text", texts.text(i)).build());
      }
      case puzzles -> new Puzzles(seed).training(rows).stream().map(DemoDataCommand::row);
      case held_out -> new Puzzles(seed).heldOut(rows).stream().map(DemoDataCommand::row);
    };
  }

  static Json.Obj row(Puzzle puzzle) {
    return Json.object().put("prompt", puzzle.question())
        .put("completion", puzzle.answer()).build();
  }
}
