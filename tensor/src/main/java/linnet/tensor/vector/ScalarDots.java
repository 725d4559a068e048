package linnet.tensor.vector;

import static linnet.tensor.vector.Tree.LANES;

/** {@link DotLanes} in plain Java. */
final class ScalarDots implements DotLanes {
  @Override
  public void addProducts(float[] a, int aAt, float[] b, int bStride, int n, float[] lanes, int lanesAt) {
    addProducts(a, aAt, b, bStride, 0, n, lanes, lanesAt);
  }

  /** The same for elements [from, to), {@code from} a multiple of 16. */
  void addProducts(float[] a, int aAt, float[] b, int bStride, int from, int to, float[] lanes, int lanesAt) {
    for (int r = 0; r < ROWS; r++) {
      for (int i = from; i < to; i++) {
        int lane = lanesAt + r * LANES + i % LANES;
        lanes[lane] = Math.fma(a[aAt + i], b[r * bStride + i], lanes[lane]);
      }
    }
  }
}
