package linnet.tensor.vector;

/**
 * A right operand b(K,N) of a product, packed: blocks of {@link Panels#DEPTH} along K, in a block one panel
 * of columns after the other, in a panel one k after the other.
 *
 * @param data where it lies
 * @param padded the number of columns, rounded up to whole panels; those beyond the operand's are zero
 * @param depth the length of K
 */
record PackedRight(float[] data, int padded, int depth) {
  /** Where the panel that begins with {@code column} lies in the block that begins with {@code k}. */
  int at(int k, int column) {
    return k * padded + column * blockDepth(k);
  }

  /** The length of the block that begins with {@code k}. */
  int blockDepth(int k) {
    return Math.min(Panels.DEPTH, depth - k);
  }
}
