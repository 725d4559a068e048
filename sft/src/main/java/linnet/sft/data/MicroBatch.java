package linnet.sft.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import linnet.nn.model.FlatBatch;

/**
 * Rows laid end to end that go through the model at once, and what is asked of it there. No padding token
 * exists, and tokens behind a row's last target are left out.
 *
 * @param rows the rows, in order
 * @param batch their tokens, with boundaries and restarting positions; wanted are those that predict a
 *     target, which is the next token
 * @param targets the ids of the targets, for each wanted token
 */
public record MicroBatch(List<EncodedRow> rows, FlatBatch batch, int[] targets) {
  /**
   * Cuts rows into micro-batches of at most {@code tokenBudget} tokens each, in order; a longer row is one of
   * its own. The cut depends on the rows and the budget alone, so that results do not depend on the machine.
   * Rows without a target are left out.
   *
   * @param rowKey a random key for each row, for dropout; null where nothing is dropped
   */
  public static List<MicroBatch> cut(List<EncodedRow> rows, int tokenBudget,
      ToLongFunction<EncodedRow> rowKey) {
    var result = new ArrayList<MicroBatch>();
    var current = new ArrayList<EncodedRow>();
    long tokens = 0;
    for (var row : rows) {
      if (row.trainedTokens() == 0) {
        continue;
      }
      if (!current.isEmpty() && tokens + row.inputTokens() > tokenBudget) {
        result.add(of(current, rowKey));
        current.clear();
        tokens = 0;
      }
      current.add(row);
      tokens += row.inputTokens();
    }
    if (!current.isEmpty()) {
      result.add(of(current, rowKey));
    }
    return result;
  }

  private static MicroBatch of(List<EncodedRow> rows, ToLongFunction<EncodedRow> rowKey) {
    var inputs = rows.stream().map(row -> Arrays.copyOf(row.ids(), row.inputTokens())).toArray(int[][]::new);
    int count = rows.stream().mapToInt(EncodedRow::trainedTokens).sum();
    var predictors = new int[count];
    var targets = new int[count];
    int next = 0;
    int start = 0;
    for (var row : rows) {
      for (int t = row.trained().nextSetBit(0); t >= 0; t = row.trained().nextSetBit(t + 1)) {
        predictors[next] = start + t - 1;
        targets[next++] = row.ids()[t];
      }
      start += row.inputTokens();
    }
    var batch = FlatBatch.of(inputs).wanting(predictors);
    if (rowKey != null) {
      batch = batch.withRowKeys(rows.stream().mapToLong(rowKey).toArray());
    }
    return new MicroBatch(List.copyOf(rows), batch, targets);
  }
}
