package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;

/**
 * Rows of {@code n} F32 elements in native memory, many to one. Sums have the lanes and the tree of
 * {@link Tree}.
 */
interface SumLanes {
  /** Σ x. */
  float sum(MemorySegment x, long xAt, int n);

  /** Σ a·b, each product and sum rounded once. */
  float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int n);

  /** Σ (a·b)·c, the last product and sum rounded once. */
  float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, long cAt, int n);

  /** The largest, −∞ of nothing; NaN if there is one. */
  float max(MemorySegment x, long xAt, int n);

  /** out = exp(x − shift), x at most shift; returns Σ out. */
  float expSum(MemorySegment out, long outAt, MemorySegment x, long xAt, float shift, int n);

  /** Σ x² in F64. */
  double sumOfSquares(MemorySegment x, long xAt, int n);

  /** Whether no element is infinite or not a number. */
  boolean allFinite(MemorySegment x, long xAt, int n);
}
