package linnet.tensor.vector;

/**
 * The innermost loop of a matrix product: one tile of sums kept in registers.
 *
 * <p>How it must look for C2 (measured on JDK 25): rows · vectors + vectors + 1 live values, no more than the
 * machine has registers; arrays, not segments, in the loop; the loop variable is the index into {@code a},
 * whose rows are a constant apart; the index into {@code b} is that times a power of two, or else every load
 * keeps its check of bounds.
 *
 * <p>C2 likes to put the loads of a block of instructions before its multiply-adds, and where sums and
 * operands then are more than the registers, sums spill: 6 × 2 so has less than half its speed. A test that
 * never holds, but of which C2 cannot know that, ends a block and costs one instruction; of two tests alike it
 * would drop the second. Where they must stand was found by trying.
 */
interface MicroKernel {
  /** Rows of the tile. */
  int rows();

  /** Columns of the tile. */
  int columns();

  /** See {@link PanelLanes#multiply}. */
  void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt, int outStride);
}
