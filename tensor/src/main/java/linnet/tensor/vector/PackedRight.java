package linnet.tensor.vector;

/**
 * A right operand b(K,N) of a product, packed: blocks along K, in a block one panel of columns after the
 * other, in a panel one k after the other.
 *
 * @param data where it lies
 * @param padded the number of columns, rounded up to whole panels; those beyond the operand's are zero
 * @param width the columns of a panel
 * @param depth the length of K
 * @param block the length of a block, but for the last
 */
record PackedRight(float[] data, int padded, int width, int depth, int block) {
  /** Where row {@code k} lies in the panel that begins with {@code column}. */
  int at(int k, int column) {
    int before = k / block * block;
    return before * padded + column * blockDepth(before) + (k - before) * width;
  }

  /** The length of the block that begins with {@code k}. */
  private int blockDepth(int k) {
    return Math.min(block, depth - k);
  }
}
