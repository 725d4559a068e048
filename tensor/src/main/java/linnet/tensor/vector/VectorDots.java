package linnet.tensor.vector;

import static linnet.tensor.vector.Tree.LANES;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;

import jdk.incubator.vector.FloatVector;

/** {@link DotLanes} on the Vector API. The 16 lanes are done L at a time, in as many passes. */
final class VectorDots implements DotLanes {
  private final ScalarDots tail = new ScalarDots();

  @Override
  public void addProducts(float[] a, int aAt, float[] b, int bStride, int n, float[] lanes, int lanesAt) {
    int end = n - n % LANES;
    for (int part = 0; part < LANES; part += L) {
      addPart(a, aAt, b, bStride, part, end, lanes, lanesAt + part);
    }
    tail.addProducts(a, aAt, b, bStride, end, n, lanes, lanesAt);
  }

  private static void addPart(float[] a, int aAt, float[] b, int bStride, int part, int end, float[] lanes,
      int at) {
    var s0 = FloatVector.fromArray(S, lanes, at);
    var s1 = FloatVector.fromArray(S, lanes, at + LANES);
    var s2 = FloatVector.fromArray(S, lanes, at + 2 * LANES);
    var s3 = FloatVector.fromArray(S, lanes, at + 3 * LANES);
    int row2 = 2 * bStride;
    int row3 = 3 * bStride;
    for (int i = part; i < end; i += LANES) {
      var x = FloatVector.fromArray(S, a, aAt + i);
      s0 = x.fma(FloatVector.fromArray(S, b, i), s0);
      s1 = x.fma(FloatVector.fromArray(S, b, bStride + i), s1);
      s2 = x.fma(FloatVector.fromArray(S, b, row2 + i), s2);
      s3 = x.fma(FloatVector.fromArray(S, b, row3 + i), s3);
    }
    s0.intoArray(lanes, at);
    s1.intoArray(lanes, at + LANES);
    s2.intoArray(lanes, at + 2 * LANES);
    s3.intoArray(lanes, at + 3 * LANES);
  }
}
