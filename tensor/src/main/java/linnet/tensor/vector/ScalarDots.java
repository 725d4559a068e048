package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/** {@link DotLanes} in plain Java. */
final class ScalarDots implements DotLanes {
  @Override
  public void addProducts(float[] a, int aAt, float[] b, int bStride, int n, float[] lanes, int lanesAt) {
    addProducts(a, aAt, b, bStride, 0, n, lanes, lanesAt);
  }

  /** The same for elements [from, to), {@code from} a multiple of 32. */
  void addProducts(float[] a, int aAt, float[] b, int bStride, int from, int to, float[] lanes, int lanesAt) {
    for (int r = 0; r < ROWS; r++) {
      for (int i = from; i < to; i++) {
        int lane = lanesAt + r * LANES + i % LANES;
        lanes[lane] = Math.fma(a[aAt + i], b[r * bStride + i], lanes[lane]);
      }
    }
  }

  @Override
  public void products(float[] a, int aAt, int n, DType dtype, MemorySegment b, long first, long stride,
      int rows, float[] sums, int at, Workspace workspace) {
    var lanes = new float[LANES];
    for (int r = 0; r < rows; r++) {
      Arrays.fill(lanes, 0);
      addStored(a, aAt, n, dtype, b, first + r * stride, lanes, 0);
      combine(lanes, 0, 1, sums, at + r);
    }
  }

  /** Adds the products of n elements with those from {@code element} on to the lanes of one sum. */
  void addStored(float[] a, int aAt, int n, DType dtype, MemorySegment b, long element, float[] lanes,
      int lanesAt) {
    var values = new float[LANES];
    for (int i = 0; i < n; i += LANES) {
      int length = Math.min(LANES, n - i);
      Codec.decode(dtype, b, element + i, values, 0, length);
      for (int l = 0; l < length; l++) {
        lanes[lanesAt + l] = Math.fma(a[aAt + i + l], values[l], lanes[lanesAt + l]);
      }
    }
  }

  @Override
  public void combine(float[] lanes, int lanesAt, int count, float[] sums, int at) {
    for (int s = 0; s < count; s++) {
      int from = lanesAt + s * LANES;
      sums[at + s] = (quarter(lanes, from) + quarter(lanes, from + 2))
          + (quarter(lanes, from + 1) + quarter(lanes, from + 3));
    }
  }

  @Override
  public void weightedSum(MemorySegment weights, long from, int n, MemorySegment rows, long first,
      long stride, int width, MemorySegment out, long at) {
    for (int d = 0; d < width; d++) {
      float sum = 0;
      for (int i = 0; i < n; i++) {
        sum = Math.fma(Native.get(weights, from + i), Native.get(rows, first + i * stride + d), sum);
      }
      Native.set(out, at + d, sum);
    }
  }

  private static float quarter(float[] lanes, int at) {
    return (half(lanes, at) + half(lanes, at + 8)) + (half(lanes, at + 4) + half(lanes, at + 12));
  }

  private static float half(float[] lanes, int at) {
    return lanes[at] + lanes[at + LANES / 2];
  }
}
