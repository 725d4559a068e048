package linnet.tensor;

import java.util.Arrays;

/**
 * Which tokens of a flat batch belong together: rows laid end to end, with no padding. Row r's queries are
 * [queryStarts[r], queryStarts[r+1]) and its keys [keyStarts[r], keyStarts[r+1]). Attention is causal within
 * a row and aligned at its end: query i of a row with Q queries and K ≥ Q keys sees the row's first K − Q + i
 * + 1 keys. In training Q = K; in decoding the keys are the cache.
 *
 * @param queryStarts ascending from 0, one more entry than rows
 * @param keyStarts likewise
 */
public record Segments(int[] queryStarts, int[] keyStarts) {
  /** Checks the borders. */
  public Segments {
    queryStarts = queryStarts.clone();
    keyStarts = keyStarts.clone();
    if (queryStarts.length != keyStarts.length || queryStarts.length < 2 || queryStarts[0] != 0
        || keyStarts[0] < 0) {
      throw new IllegalArgumentException("segments need equally many borders, at least two, queries from 0: "
          + Arrays.toString(queryStarts) + " and " + Arrays.toString(keyStarts));
    }
    for (int r = 0; r + 1 < queryStarts.length; r++) {
      int queries = queryStarts[r + 1] - queryStarts[r];
      if (queries < 1 || keyStarts[r + 1] - keyStarts[r] < queries) {
        throw new IllegalArgumentException("row " + r + " has " + queries + " queries and "
            + (keyStarts[r + 1] - keyStarts[r]) + " keys: at least one query, and as many keys, are needed");
      }
    }
  }

  /** Rows that attend to themselves, as in training: {@code starts} runs from 0 to the number of tokens. */
  public static Segments of(int... starts) {
    return new Segments(starts, starts);
  }

  /** One row whose last {@code queries} tokens look at {@code keys} keys, as in decoding with a cache. */
  public static Segments cached(int queries, int keys) {
    return new Segments(new int[] {0, queries}, new int[] {0, keys});
  }

  /**
   * The same rows and keys with fewer queries: of each row those from {@code firsts} on.
   *
   * @param firsts for each row, the first query that stays, counted as in {@link #queryStart}
   * @throws IllegalArgumentException if one is not a query of its row
   */
  public Segments from(int... firsts) {
    if (firsts.length != rows()) {
      throw new IllegalArgumentException(firsts.length + " first queries, expected one for each of "
          + rows() + " rows");
    }
    var starts = new int[rows() + 1];
    for (int r = 0; r < rows(); r++) {
      if (firsts[r] < queryStarts[r] || firsts[r] >= queryStarts[r + 1]) {
        throw new IllegalArgumentException("row " + r + " cannot begin at query " + firsts[r] + ": it has "
            + queryStarts[r] + " to " + (queryStarts[r + 1] - 1));
      }
      starts[r + 1] = starts[r] + queryStarts[r + 1] - firsts[r];
    }
    return new Segments(starts, keyStarts);
  }

  /** The number of rows. */
  public int rows() {
    return queryStarts.length - 1;
  }

  /** The number of queries of all rows. */
  public int queries() {
    return queryStarts[rows()];
  }

  /** The first query of {@code row}; of {@code rows()}, the end of the last one. */
  public int queryStart(int row) {
    return queryStarts[row];
  }

  /** The first key of {@code row}; of {@code rows()}, the end of the last one. */
  public int keyStart(int row) {
    return keyStarts[row];
  }

  /** How many keys query {@code query} (counted within {@code row}) sees. */
  public int visible(int row, int query) {
    int queries = queryStarts[row + 1] - queryStarts[row];
    return keyStarts[row + 1] - keyStarts[row] - queries + query + 1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Segments s && Arrays.equals(queryStarts, s.queryStarts)
        && Arrays.equals(keyStarts, s.keyStarts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(queryStarts) + Arrays.hashCode(keyStarts);
  }
}
