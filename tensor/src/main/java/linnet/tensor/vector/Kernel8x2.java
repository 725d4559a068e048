package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;

import jdk.incubator.vector.FloatVector;

/** 8 rows × 2 vectors: 16 sums and 3 operands in registers. */
final class Kernel8x2 implements MicroKernel {
  private static final int ROWS = 8;
  private static final int COLUMNS = 2 * L;
  private static final int STRIDE = Panels.DEPTH;

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public int columns() {
    return COLUMNS;
  }

  @Override
  public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt,
      int outStride) {
    var zero = FloatVector.zero(S);
    var c00 = zero;
    var c01 = zero;
    var c10 = zero;
    var c11 = zero;
    var c20 = zero;
    var c21 = zero;
    var c30 = zero;
    var c31 = zero;
    var c40 = zero;
    var c41 = zero;
    var c50 = zero;
    var c51 = zero;
    var c60 = zero;
    var c61 = zero;
    var c70 = zero;
    var c71 = zero;
    int shift = bAt / COLUMNS - aAt;
    for (int i = aAt; i < aAt + depth; i++) {
      int at = (i + shift) * COLUMNS;
      var b0 = FloatVector.fromArray(S, b, at);
      var b1 = FloatVector.fromArray(S, b, at + L);
      var a0 = FloatVector.broadcast(S, a[i]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      var a1 = FloatVector.broadcast(S, a[i + STRIDE]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      var a2 = FloatVector.broadcast(S, a[i + 2 * STRIDE]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      var a3 = FloatVector.broadcast(S, a[i + 3 * STRIDE]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      var a4 = FloatVector.broadcast(S, a[i + 4 * STRIDE]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      var a5 = FloatVector.broadcast(S, a[i + 5 * STRIDE]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      var a6 = FloatVector.broadcast(S, a[i + 6 * STRIDE]);
      c60 = a6.fma(b0, c60);
      c61 = a6.fma(b1, c61);
      var a7 = FloatVector.broadcast(S, a[i + 7 * STRIDE]);
      c70 = a7.fma(b0, c70);
      c71 = a7.fma(b1, c71);
    }
    c00.intoArray(out, outAt);
    c01.intoArray(out, outAt + L);
    c10.intoArray(out, outAt + outStride);
    c11.intoArray(out, outAt + outStride + L);
    c20.intoArray(out, outAt + 2 * outStride);
    c21.intoArray(out, outAt + 2 * outStride + L);
    c30.intoArray(out, outAt + 3 * outStride);
    c31.intoArray(out, outAt + 3 * outStride + L);
    c40.intoArray(out, outAt + 4 * outStride);
    c41.intoArray(out, outAt + 4 * outStride + L);
    c50.intoArray(out, outAt + 5 * outStride);
    c51.intoArray(out, outAt + 5 * outStride + L);
    c60.intoArray(out, outAt + 6 * outStride);
    c61.intoArray(out, outAt + 6 * outStride + L);
    c70.intoArray(out, outAt + 7 * outStride);
    c71.intoArray(out, outAt + 7 * outStride + L);
  }
}
