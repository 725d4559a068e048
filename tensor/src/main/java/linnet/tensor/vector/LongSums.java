package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;

/**
 * Sums over rows of any length: pieces of {@link Tree#CHUNK} elements, whose sums are added in F64, in order.
 */
final class LongSums {
  /** What gives the sum of a piece. */
  interface Piece {
    double of(long at, int n);
  }

  private LongSums() {}

  /** The sum over n elements from byte {@code at} on. */
  static double over(long at, int n, Piece piece) {
    double sum = 0;
    for (int i = 0; i < n; i += Tree.CHUNK) {
      sum += piece.of(at + 4L * i, Math.min(Tree.CHUNK, n - i));
    }
    return sum;
  }

  /** Σ exp(x − shift), which are written to {@code out}. */
  static float expSum(SumLanes sums, MemorySegment out, long outAt, MemorySegment x, long xAt, float shift,
      int n) {
    return (float) over(0, n, (at, length) -> sums.expSum(out, outAt + at, x, xAt + at, shift, length));
  }
}
