package linnet.nn.model;

import java.util.Arrays;
import java.util.stream.IntStream;
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
 * @param wanted the tokens whose features are asked for, ascending places in {@code ids}; the last layer
 *     computes little of the others
 */
public record FlatBatch(int[] ids, int[] positions, Segments rows, long[] rowKeys, int[] wanted) {
  /**
   * Checks that the parts belong together.
   *
   * @throws IllegalArgumentException if their lengths differ, or if what is wanted is nothing, not ascending,
   *     or not of the batch
   */
  public FlatBatch {
    if (ids.length != rows.queries() || positions.length != ids.length
        || (rowKeys.length != 0 && rowKeys.length != rows.rows())) {
      throw new IllegalArgumentException("a batch of " + rows.rows() + " rows and " + rows.queries()
          + " tokens has " + ids.length + " ids, " + positions.length
          + " positions and " + rowKeys.length + " row keys");
    }
    if (wanted.length == 0) {
      throw new IllegalArgumentException("a batch of which no token is wanted: expected at least one");
    }
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i] < 0 || wanted[i] >= ids.length || (i > 0 && wanted[i] <= wanted[i - 1])) {
        throw new IllegalArgumentException("wanted token " + i + " of the batch is " + wanted[i]
            + ": expected ascending places from 0 to " + (ids.length - 1));
      }
    }
  }

  private FlatBatch(int[] ids, int[] positions, Segments rows) {
    this(ids, positions, rows, new long[0], IntStream.range(0, ids.length).toArray());
  }

  /** Rows that start at position 0, without dropout; every token is wanted. */
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
    return new FlatBatch(ids, positions, Segments.of(starts));
  }

  /** The next tokens of the one row that a cache holds {@code cached} tokens of; every one is wanted. */
  public static FlatBatch continuing(int cached, int... ids) {
    var positions = new int[ids.length];
    Arrays.setAll(positions, t -> cached + t);
    return new FlatBatch(ids, positions, Segments.cached(ids.length, cached + ids.length));
  }

  /** The same rows with keys for dropout. */
  public FlatBatch withRowKeys(long... keys) {
    return new FlatBatch(ids, positions, rows, keys, wanted);
  }

  /** The same rows, of which the features of these tokens are asked for: ascending places in the batch. */
  public FlatBatch wanting(int... tokens) {
    return new FlatBatch(ids, positions, rows, rowKeys, tokens);
  }

  /** For each row the place of the first token that is wanted of it, or of its last if none is. */
  int[] firstWanted() {
    var firsts = new int[rows.rows()];
    for (int r = 0, i = 0; r < firsts.length; r++) {
      int end = rows.queryStart(r + 1);
      firsts[r] = i < wanted.length ? Math.min(wanted[i], end - 1) : end - 1;
      while (i < wanted.length && wanted[i] < end) {
        i++;
      }
    }
    return firsts;
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

  /** Those of the wanted tokens, for what the head drops. */
  public ForwardKeys wantedKeys() {
    return forwardKeys().rows(wanted);
  }
}
