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
  @Option(names = "--epochs", defaultValue = "1", paramLabel = "N",
      description = "Passes over the data (default: ${DEFAULT-VALUE}).")
  private long epochs;

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

  @Option(names = "--checkpointing", description = "Recompute layers in the backward pass: less memory, more time.")
  private boolean checkpointing;

  @Option(names = "--seed", defaultValue = "0", paramLabel = "S",
      description = "Of new weights, order and dropout: the same seed gives the same bits (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--eval-steps", defaultValue = "0", paramLabel = "N",
      description = "Steps between validations; 0 for only before and after (default: ${DEFAULT-VALUE}).")
  private long evalSteps;

  @Option(names = "--save-steps", defaultValue = "0", paramLabel = "N",
      description = "Steps between checkpoints that --resume can continue; 0 for none (default: ${DEFAULT-VALUE}).")
  private long saveSteps;

  long seed() {
    return seed;
  }

  BatchSchedule batches(List<EncodedRow> rows) {
    if (batchRows != null && batchTokens != null) {
      throw new UserException("--batch-size and --batch-tokens: found both, expected one of them");
    }
    BatchSize size = batchTokens != null
        ? new BatchSize.Tokens(batchTokens) : new BatchSize.Rows(batchRows == null ? 8 : batchRows);
    return new BatchSchedule(rows, size, accumulationSteps,
        inOrder ? null : RandomKey.of(seed).derive("shuffle"));
  }

  TrainingSettings settings(BatchSchedule batches, LearningRateSchedule schedule, double maxGradientNorm) {
    if (epochs < 1) {
      throw new UserException("--epochs: found " + epochs + ", expected at least 1");
    }
    return new TrainingSettings(maxSteps == null ? batches.steps(epochs) : maxSteps, schedule, maxGradientNorm,
        microBatchTokens, checkpointing, seed, evalSteps, saveSteps);
  }
}
