package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import linnet.examples.knights.Puzzle;
import linnet.examples.knights.Puzzles;
import linnet.nn.json.Json;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.ChatModel;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.Concurrently;
import linnet.sft.data.Conversation;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.FieldMapping;
import linnet.sft.data.Row;
import linnet.sft.train.Fingerprint;
import linnet.sft.train.RunFolder;
import linnet.sft.train.TrainingSettings;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * {@code linnet demo}: fine-tunes the bundled tiny model on knights and knaves and measures what that did.
 */
@Command(name = "demo", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Fine-tunes the bundled tiny model on puzzles, with answers before and after.",
        "The puzzles are of knights and knaves; LoRA trains on some kinds of them, and others, which were",
        "not trained on, measure what that did."})
final class DemoCommand implements Callable<Integer> {
  private static final LoraConfig LORA = LoraConfig.allLinear(16, 32, 0);
  private static final int ROWS_PER_STEP = 32;
  private static final int WARMUP_STEPS = 20;
  private static final int MICRO_BATCH_TOKENS = 4096;
  private static final int SHOWN = 6;
  /** More come again: with so many there are few left that have not been. */
  private static final int MOST_ROWS = 32_000;
  private static final int MOST_PUZZLES = 10_000;

  @Option(names = {"-o", "--output"}, paramLabel = "DIR",
      description = "A new folder for the adapter and the loss curve (default: linnet-demo, or the next free"
          + " name).")
  private Path out;

  @Option(names = "--steps", defaultValue = "300", paramLabel = "N",
      description = "Steps of " + ROWS_PER_STEP + " puzzles (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(names = "--lr", defaultValue = "5e-3", paramLabel = "RATE",
      description = "Highest learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(names = "--puzzles", defaultValue = "200", paramLabel = "N",
      description = "Held-out puzzles to measure on (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(names = "--seed", defaultValue = "0", paramLabel = "S",
      description = "Of puzzles, adapter and order (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @ParentCommand
  private LinnetCommand linnet;

  @Override
  public Integer call() {
    UserException.requireAtLeast(1, "--steps", steps);
    UserException.require(learningRate >= 0 && Double.isFinite(learningRate), "--lr", learningRate,
        "a finite number of at least 0");
    UserException.require(count >= 1 && count <= MOST_PUZZLES, "--puzzles", count, "1 to " + MOST_PUZZLES);
    var path = bundledModel();
    ModelPath.requireExists("the bundled model", path);
    var folder = out == null ? freeFolder() : out;
    new RunFolder(folder).requireFresh();
    try (var backend = backendOptions.open(); var weights = backend.scope("model");
        var training = backend.scope("training"); var chat = ChatModel.load(path, weights)) {
      Banner.print(output, backend, path, chat.model());
      var generator = new Puzzles(seed);
      var puzzles = generator.heldOut(count);
      introduce(generator);
      output.say("\nanswering %s as the model is now ...", Counted.of(count, "held-out puzzle"));
      var before = PuzzleExam.of(chat, puzzles);
      output.say("before: %.1f %% right (guessing: 25 %%)\n", 100 * before.accuracy());
      int rows = (int) Math.min((long) steps * ROWS_PER_STEP, MOST_ROWS);
      var session = session(folder, chat, encode(chat, generator.training(rows)));
      var outcome = session.run(training);
      if (outcome.interrupted()) {
        return ExitCode.INTERRUPTED;
      }
      linnet.interrupt().stopsAtOnce();
      output.say("\nanswering the same puzzles again ...");
      var after = PuzzleExam.of(chat.withModel(outcome.model(), Optional.of(LORA)), puzzles);
      LossCurve.write(folder.resolve("loss.png"), "Knights and knaves: LoRA on linnet-tiny",
          outcome.progress());
      show(before, after);
      output.say("\nafter: %.1f %% of the held-out puzzles right (before: %.1f %%; guessing: 25 %%)",
          100 * after.accuracy(), 100 * before.accuracy());
      output.say("adapter: %s, loss curve: %s", folder, folder.resolve("loss.png"));
      session.sayEnd(outcome);
      output.event("summary", session.summary(outcome, backend).put("puzzles", count)
          .put("accuracyBefore", before.accuracy()).put("accuracyAfter", after.accuracy()));
      return ExitCode.OK;
    }
  }

  private static Path bundledModel() {
    var home = System.getProperty("linnet.home");
    if (home == null) {
      throw new UserException("the bundled model is found through the launcher: run ./linnet demo from a"
          + " checkout");
    }
    return Path.of(home, "examples", "models", "linnet-tiny");
  }

  private static Path freeFolder() {
    var folder = Path.of("linnet-demo");
    for (int i = 2; Files.exists(folder); i++) {
      folder = Path.of("linnet-demo-" + i);
    }
    return folder;
  }

  private void introduce(Puzzles generator) {
    output.say("""

        On an island, knights always tell the truth and knaves always lie. The model was pre-trained on texts
        about single statements and has never seen a puzzle, so it often answers in a form that is none. It is
        now trained on puzzles of %d kinds and measured on puzzles of %d others; two puzzles are of one kind if
        only names and order differ. What counts is what an answer says after "So".
        """.stripTrailing(), generator.trainingKinds(), generator.heldOutKinds());
  }

  private TrainingSession session(Path folder, ChatModel chat, List<EncodedRow> rows) {
    var batches = new BatchSchedule(rows, new BatchSize.Rows(ROWS_PER_STEP), 1,
        RandomKey.of(seed).derive("shuffle"));
    var settings = new TrainingSettings(steps, new LearningRateSchedule.Cosine(learningRate, WARMUP_STEPS), 1,
        MICRO_BATCH_TOKENS, false, seed, 0, 0);
    var key = RandomKey.of(seed).derive("lora");
    var trainee = new Trainee(chat.model(), chat.base().weightBytes(), () -> { },
        (base, training) -> Lora.apply(base, LORA, key, training),
        (model, target) -> chat.withModel(model, Optional.of(LORA)).save(target, DType.F32), DType.F32,
        "a machine of more memory alone");
    return new TrainingSession(output, linnet.interrupt(), folder, batches, List.of(),
        AdamWConfig.withDecay(0), settings,
        Concurrently.begin(() -> Map.of("data", Fingerprint.of(rows))), trainee);
  }

  private static List<EncodedRow> encode(ChatModel chat, List<Puzzle> puzzles) {
    var conversations = new ArrayList<Conversation>();
    for (var puzzle : puzzles) {
      var row = new Row("puzzles", conversations.size() + 1L, DemoDataCommand.row(puzzle));
      conversations.add(Conversation.of(row, FieldMapping.NONE));
    }
    return chat.encoder(Integer.MAX_VALUE).encode(conversations).rows();
  }

  private void show(PuzzleExam before, PuzzleExam after) {
    for (int i = 0; i < Math.min(SHOWN, before.puzzles().size()); i++) {
      output.say("\n%s", before.puzzles().get(i).question());
      output.say("  before (%s): %s", verdict(before, i), before.answers().get(i).replace("\n", " / "));
      output.say("  after  (%s): %s", verdict(after, i), after.answers().get(i).replace("\n", " / "));
    }
  }

  private static String verdict(PuzzleExam exam, int i) {
    return exam.isRight(i) ? "right" : "wrong";
  }
}
