package linnet.tensor.vector;

/** Products of a row with several at once. */
interface DotLanes {
  /** How many rows at once: so many sums are under way, which hides how long one takes. */
  int ROWS = 4;

  /**
   * Adds the products of elements [0, n) to {@link #ROWS} sums of {@link Tree#LANES} lanes each: element i,
   * {@code a[aAt + i] · b[r·bStride + i]}, to lane i mod 16 of sum r, product and sum rounded once.
   *
   * @param n of all calls for one sum but the last a multiple of 16
   * @param lanes of the first sum from {@code lanesAt}, then of the others
   */
  void addProducts(float[] a, int aAt, float[] b, int bStride, int n, float[] lanes, int lanesAt);
}
