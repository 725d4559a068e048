package linnet.tensor.vector;

/**
 * A left operand a(M,K) of a product, packed: blocks along K, in a block one row after the other, each
 * {@link Panels#DEPTH} apart, however long it is.
 *
 * @param data where it lies
 * @param start of the first row
 * @param padded the number of rows, rounded up to whole tiles; those beyond the operand's are zero
 * @param depth the length of K
 * @param block the length of a block, but for the last
 */
record PackedLeft(float[] data, int start, int padded, int depth, int block) {
  /** Where element {@code k} of row {@code row} lies. */
  int at(int k, int row) {
    return start + (k / block * padded + row) * Panels.DEPTH + k % block;
  }

  /** Floats that {@code padded} rows of {@code depth} elements take. */
  static long size(int padded, int depth) {
    return (long) padded * Panels.blocks(depth) * Panels.DEPTH;
  }
}
