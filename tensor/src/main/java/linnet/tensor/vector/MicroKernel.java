package linnet.tensor.vector;

/**
 * The innermost loop of a matrix product: one tile of sums kept in registers.
 *
 * <p>How it must look for C2 (measured on JDK 25): rows · vectors + vectors + 1 live values at most one less
 * than the machine has registers; arrays, not segments, in the loop (a segment's loop is short enough to be
 * unrolled, all loads of the unrolled body come before its multiply-adds, and the sums spill: half the
 * speed); the loop variable is the index into {@code a}, whose rows are a constant apart, and the index into
 * {@code b} is a multiple of it.
 */
interface MicroKernel {
  /** Rows of the tile. */
  int rows();

  /** Columns of the tile. */
  int columns();

  /** See {@link PanelLanes#multiply}. */
  void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt, int outStride);
}
