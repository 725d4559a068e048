package linnet.tensor.vector;

/**
 * A left operand a(M,K) of a product, packed: blocks of {@link Panels#DEPTH} along K, in a block one row
 * after the other, each {@link Panels#DEPTH} apart, however long it is.
 *
 * @param data where it lies
 * @param start of the first row
 * @param padded the number of rows, rounded up to whole tiles; those beyond the operand's are zero
 * @param depth the length of K
 */
record PackedLeft(float[] data, int start, int padded, int depth) {
  /** Where row {@code row} lies in the block that begins with {@code k}. */
  int at(int k, int row) {
    return start + k * padded + row * Panels.DEPTH;
  }

  /** Floats that {@code padded} rows take. */
  static long size(int padded, int depth) {
    return (long) padded * Panels.padded(depth, Panels.DEPTH);
  }
}
