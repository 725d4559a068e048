package linnet.sft.data;

import java.util.ArrayList;
import java.util.List;
import linnet.tensor.RandomKey;

/**
 * Which rows belong to which optimizer step: a pure function of data, settings and seed, so that a resumed
 * run goes on at the exact row. Every epoch uses every row once; its last step may be smaller.
 */
public final class BatchSchedule {
  /** Rows that are laid out to count steps; more would take longer than anyone waits for a first step. */
  private static final long ROWS_LAID_OUT = 100_000_000;

  private final List<EncodedRow> rows;
  private final BatchSize batchSize;
  private final int accumulationSteps;
  private final RandomKey shuffle;
  private long orderedEpoch = -1;
  private List<EncodedRow> ordered;

  /**
   * A schedule.
   *
   * @param rows at least one
   * @param accumulationSteps batches whose gradients are added up for one step
   * @param shuffle orders each epoch anew; null keeps the order of the file
   * @throws IllegalArgumentException if there are no rows or no accumulation steps
   */
  public BatchSchedule(List<EncodedRow> rows, BatchSize batchSize, int accumulationSteps, RandomKey shuffle) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("there are no rows to make batches of");
    }
    if (accumulationSteps < 1) {
      throw new IllegalArgumentException(
          "gradient accumulation: found " + accumulationSteps + " steps, expected at least 1");
    }
    this.rows = List.copyOf(rows);
    this.batchSize = batchSize;
    this.accumulationSteps = accumulationSteps;
    this.shuffle = shuffle;
  }

  /** The step that begins at {@code position}. */
  public StepBatch at(DataPosition position) {
    var order = order(position.epoch());
    var groups = new ArrayList<List<EncodedRow>>();
    int index = position.index();
    while (groups.size() < accumulationSteps && index < order.size()) {
      int end = batchSize.end(order, index);
      groups.add(order.subList(index, end));
      index = end;
    }
    return new StepBatch(List.copyOf(groups),
        index < order.size()
            ? new DataPosition(position.epoch(), index) : new DataPosition(position.epoch() + 1, 0));
  }

  /** The rows, in the order of the file. */
  public List<EncodedRow> rows() {
    return rows;
  }

  /** The most tokens that the model has to read for one batch, in any epoch. */
  public long mostInputTokens() {
    return batchSize.mostInputTokens(rows);
  }

  /**
   * The number of steps that {@code epochs} passes over the data take.
   *
   * @throws IllegalArgumentException if they are too many to be counted; the message says how many can be
   */
  public long steps(long epochs) {
    if (shuffle == null || !batchSize.countDependsOnOrder()) {
      long each = stepsUpTo(1);
      requireAtMost(epochs, Long.MAX_VALUE / each, "more would take more steps than can be counted");
      return epochs * each;
    }
    requireAtMost(epochs, Math.max(1, ROWS_LAID_OUT / rows.size()),
        "since each shuffled epoch has batches of its own, which are counted before the first step");
    return stepsUpTo(epochs);
  }

  private long stepsUpTo(long epoch) {
    long steps = 0;
    for (var position = DataPosition.START; position.epoch() < epoch; steps++) {
      position = at(position).next();
    }
    return steps;
  }

  private static void requireAtMost(long epochs, long most, String because) {
    if (epochs > most) {
      throw new IllegalArgumentException(
          "epochs: found %d, expected at most %d, %s".formatted(epochs, most, because));
    }
  }

  /** What decides which of the rows make a step, in full: a run that is resumed must agree in it. */
  @Override
  public String toString() {
    return "BatchSchedule[batchSize=" + batchSize + ", accumulationSteps=" + accumulationSteps
        + ", shuffle=" + shuffle + "]";
  }

  private List<EncodedRow> order(long epoch) {
    if (shuffle == null) {
      return rows;
    }
    if (epoch != orderedEpoch) {
      var key = shuffle.derive(epoch);
      var order = new ArrayList<>(rows);
      for (int i = order.size() - 1; i > 0; i--) { // Fisher and Yates, as Durstenfeld wrote it in 1964
        int j = key.below(i, i + 1);
        var row = order.get(i);
        order.set(i, order.get(j));
        order.set(j, row);
      }
      ordered = order;
      orderedEpoch = epoch;
    }
    return ordered;
  }
}
