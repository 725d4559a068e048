package linnet.tensor.vector;

/**
 * The innermost loop of a matrix product: one tile of sums kept in registers.
 *
 * <p>How it must look for C2 (measured on JDK 25): rows · vectors + vectors + 1 live values, no more than the
 * machine has registers; arrays, not segments, in the loop; the loop variable is the index into {@code a},
 * whose rows are a constant apart; the index into {@code b} is that times a power of two, or else every load
 * keeps its check of bounds.
 *
 * <p>C2 moves the loads of a block of instructions before its multiply-adds; where they and the sums are more
 * than the registers, sums spill, and 6 × 2 has less than half its speed. An {@code if} that never holds, which
 * C2 cannot prove, ends a block and costs one instruction. No two may be alike, or C2 makes one of them. Their
 * places were found by trying.
 */
interface MicroKernel {
  /** Rows of the tile. */
  int rows();

  /** Columns of the tile. */
  int columns();

  /** See {@link PanelLanes#multiply}. */
  void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt, int outStride);
}
