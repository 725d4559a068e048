package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;
import static linnet.tensor.vector.Tree.LANES;

import java.lang.foreign.MemorySegment;

/** {@link SumLanes} in plain Java. */
final class ScalarSums implements SumLanes {
  @Override
  public float sum(MemorySegment x, long xAt, int n) {
    var lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] += get(x, xAt, i);
    }
    return Tree.combine(lanes);
  }

  @Override
  public float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int n) {
    var lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] = Math.fma(get(a, aAt, i), get(b, bAt, i), lanes[i % LANES]);
    }
    return Tree.combine(lanes);
  }

  @Override
  public float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, long cAt, int n) {
    var lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] = Math.fma(get(a, aAt, i) * get(b, bAt, i), get(c, cAt, i), lanes[i % LANES]);
    }
    return Tree.combine(lanes);
  }

  @Override
  public float max(MemorySegment x, long xAt, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, get(x, xAt, i));
    }
    return max;
  }

  @Override
  public float expSum(MemorySegment out, long outAt, MemorySegment x, long xAt, float shift, int n) {
    var lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      float e = ScalarMath.expOrZero(get(x, xAt, i) - shift);
      out.set(F32, outAt + 4L * i, e);
      lanes[i % LANES] += e;
    }
    return Tree.combine(lanes);
  }

  @Override
  public double sumOfSquares(MemorySegment x, long xAt, int n) {
    var lanes = new double[LANES];
    for (int i = 0; i < n; i++) {
      double value = get(x, xAt, i);
      lanes[i % LANES] += value * value;
    }
    return Tree.combine(lanes);
  }

  @Override
  public boolean allFinite(MemorySegment x, long xAt, int n) {
    for (int i = 0; i < n; i++) {
      if (!Float.isFinite(get(x, xAt, i))) {
        return false;
      }
    }
    return true;
  }

  private static float get(MemorySegment row, long at, int i) {
    return row.get(F32, at + 4L * i);
  }
}
