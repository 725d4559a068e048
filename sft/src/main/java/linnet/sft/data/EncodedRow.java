package linnet.sft.data;

import java.util.BitSet;

/**
 * A row as token ids, with the tokens that are trained.
 *
 * @param ids all tokens of the row
 * @param trained t is set iff token t is a target, predicted from tokens 0 … t−1; never 0
 * @param line where the row stands in its file, counted from 1
 */
public record EncodedRow(int[] ids, BitSet trained, long line) {
  /**
   * Checks the mask.
   *
   * @throws IllegalArgumentException if token 0 or one behind the row's end is marked
   */
  public EncodedRow {
    if (trained.get(0) || trained.length() > ids.length) {
      throw new IllegalArgumentException("row of line " + line + ": trained tokens " + trained
          + " do not lie within 1 and " + (ids.length - 1));
    }
  }

  /** The number of tokens. */
  public int tokens() {
    return ids.length;
  }

  /** The number of tokens that are targets. */
  public int trainedTokens() {
    return trained.cardinality();
  }

  /**
   * The number of tokens that the model has to read: those before the last target. What follows predicts
   * nothing that is asked for.
   */
  public int inputTokens() {
    return Math.max(0, trained.length() - 1);
  }
}
