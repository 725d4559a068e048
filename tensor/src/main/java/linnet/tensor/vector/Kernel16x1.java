package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;

import jdk.incubator.vector.FloatVector;

/** 16 rows × 1 vector: 16 sums and 2 operands in registers; for thin products. */
final class Kernel16x1 implements MicroKernel {
  private static final int ROWS = 16;
  private static final int STRIDE = Panels.DEPTH;

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public int columns() {
    return L;
  }

  @Override
  public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt,
      int outStride) {
    var zero = FloatVector.zero(S);
    var c0 = zero;
    var c1 = zero;
    var c2 = zero;
    var c3 = zero;
    var c4 = zero;
    var c5 = zero;
    var c6 = zero;
    var c7 = zero;
    var c8 = zero;
    var c9 = zero;
    var c10 = zero;
    var c11 = zero;
    var c12 = zero;
    var c13 = zero;
    var c14 = zero;
    var c15 = zero;
    int shift = bAt / L - aAt;
    for (int i = aAt; i < aAt + depth; i++) {
      var b0 = FloatVector.fromArray(S, b, (i + shift) * L);
      c0 = FloatVector.broadcast(S, a[i]).fma(b0, c0);
      c1 = FloatVector.broadcast(S, a[i + STRIDE]).fma(b0, c1);
      c2 = FloatVector.broadcast(S, a[i + 2 * STRIDE]).fma(b0, c2);
      c3 = FloatVector.broadcast(S, a[i + 3 * STRIDE]).fma(b0, c3);
      c4 = FloatVector.broadcast(S, a[i + 4 * STRIDE]).fma(b0, c4);
      c5 = FloatVector.broadcast(S, a[i + 5 * STRIDE]).fma(b0, c5);
      c6 = FloatVector.broadcast(S, a[i + 6 * STRIDE]).fma(b0, c6);
      c7 = FloatVector.broadcast(S, a[i + 7 * STRIDE]).fma(b0, c7);
      c8 = FloatVector.broadcast(S, a[i + 8 * STRIDE]).fma(b0, c8);
      c9 = FloatVector.broadcast(S, a[i + 9 * STRIDE]).fma(b0, c9);
      c10 = FloatVector.broadcast(S, a[i + 10 * STRIDE]).fma(b0, c10);
      c11 = FloatVector.broadcast(S, a[i + 11 * STRIDE]).fma(b0, c11);
      c12 = FloatVector.broadcast(S, a[i + 12 * STRIDE]).fma(b0, c12);
      c13 = FloatVector.broadcast(S, a[i + 13 * STRIDE]).fma(b0, c13);
      c14 = FloatVector.broadcast(S, a[i + 14 * STRIDE]).fma(b0, c14);
      c15 = FloatVector.broadcast(S, a[i + 15 * STRIDE]).fma(b0, c15);
    }
    c0.intoArray(out, outAt);
    c1.intoArray(out, outAt + outStride);
    c2.intoArray(out, outAt + 2 * outStride);
    c3.intoArray(out, outAt + 3 * outStride);
    c4.intoArray(out, outAt + 4 * outStride);
    c5.intoArray(out, outAt + 5 * outStride);
    c6.intoArray(out, outAt + 6 * outStride);
    c7.intoArray(out, outAt + 7 * outStride);
    c8.intoArray(out, outAt + 8 * outStride);
    c9.intoArray(out, outAt + 9 * outStride);
    c10.intoArray(out, outAt + 10 * outStride);
    c11.intoArray(out, outAt + 11 * outStride);
    c12.intoArray(out, outAt + 12 * outStride);
    c13.intoArray(out, outAt + 13 * outStride);
    c14.intoArray(out, outAt + 14 * outStride);
    c15.intoArray(out, outAt + 15 * outStride);
  }
}
