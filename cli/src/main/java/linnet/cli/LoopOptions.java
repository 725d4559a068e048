package linnet.cli;

import java.util.List;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.EncodedRow;
import linnet.sft.train.TrainingSettings;
import linnet.tensor.RandomKey;
import picocli.CommandLine.Option;

/** Which rows make a step, and how many steps. */
final class LoopOptions {
  /** What takes less memory in every run. */
  static final String SAVINGS = "a smaller --micro-batch-tokens, a smaller --max-length, --checkpointing";

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data (default: 1).")
  private Long epochs;

  @Option(names = "--max-steps", paramLabel = "N", description = "Optimizer steps, instead of --epochs.")
  private Long maxSteps;

  @Option(names = "--batch-size", paramLabel = "ROWS", description = "Rows of a batch (default: 8).")
  private Integer batchRows;

  @Option(names = "--batch-tokens", paramLabel = "N",
      description = "Batches of as many rows as have at most N tokens, instead of --batch-size.")
  private Integer batchTokens;

  @Option(names = "--gradient-accumulation-steps", defaultValue = "1", paramLabel = "N",
      description = "Batches whose gradients make one step (default: ${DEFAULT-VALUE}).")
  private int accumulationSteps;

  @Option(names = "--no-shuffle", description = "Take the rows in the order of the file.")
  private boolean inOrder;

  @Option(names = "--micro-batch-tokens", defaultValue = "1024", paramLabel = "N",
      description = "Tokens that go through the model at once: bounds memory (default: ${DEFAULT-VALUE}).")
  private int microBatchTokens;

  @Option(names = "--checkpointing",
      description = "Recompute layers in the backward pass: less memory, more time.")
  private boolean checkpointing;

  @Option(names = "--seed", defaultValue = "0", paramLabel = "S",
      description = "Of new weights, order and dropout: the same seed gives the same bits"
          + " (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--save-steps", defaultValue = "0", paramLabel = "N",
      description = "Steps between checkpoints that --resume can continue; 0 for none"
          + " (default: ${DEFAULT-VALUE}).")
  private long saveSteps;

  long seed() {
    return seed;
  }

  /** Refuses what is out of range, before any work is done. */
  void check() {
    UserException.requireAtLeast(1, "--epochs", epochs);
    UserException.requireAtLeast(1, "--max-steps", maxSteps);
    UserException.requireAtLeast(1, "--batch-size", batchRows);
    UserException.requireAtLeast(1, "--batch-tokens", batchTokens);
    UserException.requireAtLeast(1, "--gradient-accumulation-steps", accumulationSteps);
    UserException.requireAtLeast(1, "--micro-batch-tokens", microBatchTokens);
    UserException.requireAtLeast(0, "--save-steps", saveSteps);
    if (epochs != null && maxSteps != null) {
      throw new UserException("--epochs and --max-steps: found both, expected one of them");
    }
    if (batchRows != null && batchTokens != null) {
      throw new UserException("--batch-size and --batch-tokens: found both, expected one of them");
    }
  }

  BatchSchedule batches(List<EncodedRow> rows) {
    BatchSize size = batchTokens != null
        ? new BatchSize.Tokens(batchTokens) : new BatchSize.Rows(batchRows == null ? 8 : batchRows);
    return new BatchSchedule(rows, size, accumulationSteps,
        inOrder ? null : RandomKey.of(seed).derive("shuffle"));
  }

  TrainingSettings settings(BatchSchedule batches, LearningRateSchedule schedule, double maxGradientNorm,
      long evalSteps) {
    return new TrainingSettings(maxSteps == null ? steps(batches) : maxSteps, schedule, maxGradientNorm,
        microBatchTokens, checkpointing, seed, evalSteps, saveSteps);
  }

  private long steps(BatchSchedule batches) {
    try {
      return batches.steps(epochs == null ? 1 : epochs);
    } catch (IllegalArgumentException tooMany) {
      throw new UserException("--" + tooMany.getMessage() + "; give fewer, or --max-steps");
    }
  }
}
