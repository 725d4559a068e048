package linnet.tensor.vector;

/**
 * The innermost loop of a matrix product: one tile of sums kept in registers.
 *
 * <p>How it must look for C2 (measured on JDK 25): arrays, not segments, in the loop; the loop variable is
 * the index into {@code a}, whose rows are a constant apart; the index into {@code b} is that times a power
 * of two, or else every load keeps its check of bounds.
 *
 * <p>C2 puts all loads of a block of instructions before its multiply-adds. Where sums and operands are then
 * more than the machine has registers, sums spill: half the speed. A test that never holds, but of which C2
 * cannot know that, ends a block and costs one instruction; of two tests alike it would drop the second.
 */
interface MicroKernel {
  /** Rows of the tile. */
  int rows();

  /** Columns of the tile. */
  int columns();

  /** See {@link PanelLanes#multiply}. */
  void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt, int outStride);
}
