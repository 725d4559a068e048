package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;
import static linnet.tensor.vector.Tree.LANES;
import static linnet.tensor.vector.Width.D;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.store;
import static linnet.tensor.vector.Width.widen;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link SumLanes} on the Vector API. The 16 lanes are done L at a time, in as many passes over the row, so
 * that one loop serves every width.
 */
final class VectorSums implements SumLanes {
  @Override
  public float sum(MemorySegment x, long xAt, int n) {
    var lanes = new float[LANES];
    int end = n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      var sum = FloatVector.zero(S);
      for (int i = part; i < end; i += LANES) {
        sum = sum.add(load(x, xAt, i));
      }
      sum.intoArray(lanes, part);
    }
    for (int i = end; i < n; i++) {
      lanes[i - end] += get(x, xAt, i);
    }
    return Tree.combine(lanes);
  }

  @Override
  public float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int n) {
    var lanes = new float[LANES];
    int end = n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      var sum = FloatVector.zero(S);
      for (int i = part; i < end; i += LANES) {
        sum = load(a, aAt, i).fma(load(b, bAt, i), sum);
      }
      sum.intoArray(lanes, part);
    }
    for (int i = end; i < n; i++) {
      lanes[i - end] = Math.fma(get(a, aAt, i), get(b, bAt, i), lanes[i - end]);
    }
    return Tree.combine(lanes);
  }

  @Override
  public float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, long cAt, int n) {
    var lanes = new float[LANES];
    int end = n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      var sum = FloatVector.zero(S);
      for (int i = part; i < end; i += LANES) {
        sum = load(a, aAt, i).mul(load(b, bAt, i)).fma(load(c, cAt, i), sum);
      }
      sum.intoArray(lanes, part);
    }
    for (int i = end; i < n; i++) {
      lanes[i - end] = Math.fma(get(a, aAt, i) * get(b, bAt, i), get(c, cAt, i), lanes[i - end]);
    }
    return Tree.combine(lanes);
  }

  @Override
  public float max(MemorySegment x, long xAt, int n) {
    var vectorMax = broadcast(Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      vectorMax = vectorMax.max(load(x, xAt, i));
    }
    float max = vectorMax.reduceLanes(VectorOperators.MAX); // the same in any order
    for (; i < n; i++) {
      max = Math.max(max, get(x, xAt, i));
    }
    return max;
  }

  @Override
  public float expSum(MemorySegment out, long outAt, MemorySegment x, long xAt, float shift, int n) {
    var lanes = new float[LANES];
    int end = n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      var sum = FloatVector.zero(S);
      for (int i = part; i < end; i += LANES) {
        var e = VectorMath.expOrZero(load(x, xAt, i).sub(shift));
        store(e, out, outAt, i);
        sum = sum.add(e);
      }
      sum.intoArray(lanes, part);
    }
    for (int i = end; i < n; i++) {
      float e = ScalarMath.expOrZero(get(x, xAt, i) - shift);
      out.set(F32, outAt + 4L * i, e);
      lanes[i - end] += e;
    }
    return Tree.combine(lanes);
  }

  @Override
  public double sumOfSquares(MemorySegment x, long xAt, int n) {
    var lanes = new double[LANES];
    int end = n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      var low = DoubleVector.zero(D);
      var high = DoubleVector.zero(D);
      for (int i = part; i < end; i += LANES) {
        var v = load(x, xAt, i);
        var a = widen(v, 0);
        var b = widen(v, 1);
        low = low.add(a.mul(a));
        high = high.add(b.mul(b));
      }
      low.intoArray(lanes, part);
      high.intoArray(lanes, part + L / 2);
    }
    for (int i = end; i < n; i++) {
      double value = get(x, xAt, i);
      lanes[i - end] += value * value;
    }
    return Tree.combine(lanes);
  }

  @Override
  public boolean allFinite(MemorySegment x, long xAt, int n) {
    var worst = FloatVector.zero(S);
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      worst = load(x, xAt, i).fma(broadcast(0f), worst); // 0 · ∞ and 0 · NaN are NaN, and stay it
    }
    boolean finite = !worst.test(VectorOperators.IS_NAN).anyTrue();
    for (; i < n; i++) {
      finite &= Float.isFinite(get(x, xAt, i));
    }
    return finite;
  }

  private static float get(MemorySegment row, long at, int i) {
    return row.get(F32, at + 4L * i);
  }
}
