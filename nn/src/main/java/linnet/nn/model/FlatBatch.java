package linnet.nn.model;

import java.util.Arrays;
import linnet.nn.ForwardKeys;
import linnet.tensor.RandomKey;
import linnet.tensor.Segments;

/**
 * Rows of tokens laid end to end, with no padding.
 *
 * @param ids the tokens of all rows
 * @param positions of each token within its row; they restart with every row
 * @param rows where rows begin and end
 * @param rowKeys a random key for each row, see {@link RandomKey#bits}, from which dropout draws; empty where
 *     nothing is to be dropped. Derive it from seed, step and the row's place in the data, so that it does
 *     not depend on how rows are packed.
 */
public record FlatBatch(int[] ids, int[] positions, Segments rows, long[] rowKeys) {
  /**
   * Checks that the parts belong together.
   *
   * @throws IllegalArgumentException if their lengths differ
   */
  public FlatBatch {
    if (ids.length != rows.queries() || positions.length != ids.length
        || (rowKeys.length != 0 && rowKeys.length != rows.rows())) {
      throw new IllegalArgumentException("a batch of " + rows.rows() + " rows and " + rows.queries()
          + " tokens has " + ids.length + " ids, " + positions.length
          + " positions and " + rowKeys.length + " row keys");
    }
  }

  /** Rows that start at position 0, without dropout. */
  public static FlatBatch of(int[]... rows) {
    var starts = new int[rows.length + 1];
    for (int r = 0; r < rows.length; r++) {
      starts[r + 1] = starts[r] + rows[r].length;
    }
    var ids = new int[starts[rows.length]];
    var positions = new int[ids.length];
    for (int r = 0; r < rows.length; r++) {
      System.arraycopy(rows[r], 0, ids, starts[r], rows[r].length);
      for (int t = 0; t < rows[r].length; t++) {
        positions[starts[r] + t] = t;
      }
    }
    return new FlatBatch(ids, positions, Segments.of(starts), new long[0]);
  }

  /** The next tokens of the one row that a cache holds {@code cached} tokens of. */
  public static FlatBatch continuing(int cached, int... ids) {
    var positions = new int[ids.length];
    Arrays.setAll(positions, t -> cached + t);
    return new FlatBatch(ids, positions, Segments.cached(ids.length, cached + ids.length), new long[0]);
  }

  /** The same rows with keys for dropout. */
  public FlatBatch withRowKeys(long... keys) {
    return new FlatBatch(ids, positions, rows, keys);
  }

  /** The number of tokens, T. */
  public int tokens() {
    return ids.length;
  }

  /** A key per token, from its row's key and its position. */
  public ForwardKeys forwardKeys() {
    if (rowKeys.length == 0) {
      return ForwardKeys.none();
    }
    var keys = new long[ids.length];
    for (int r = 0; r < rows.rows(); r++) {
      var row = new RandomKey(rowKeys[r]);
      for (int t = rows.queryStart(r); t < rows.queryStart(r + 1); t++) {
        keys[t] = row.derive(positions[t]).bits();
      }
    }
    return ForwardKeys.ofTokens(keys);
  }
}
