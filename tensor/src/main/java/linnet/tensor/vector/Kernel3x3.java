package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;

import jdk.incubator.vector.FloatVector;

/** 3 rows × 3 vectors: 9 sums and 4 operands in registers. */
final class Kernel3x3 implements MicroKernel {
  private static final int ROWS = 3;
  private static final int COLUMNS = 3 * L;
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
    var c02 = zero;
    var c10 = zero;
    var c11 = zero;
    var c12 = zero;
    var c20 = zero;
    var c21 = zero;
    var c22 = zero;
    int shift = bAt / COLUMNS - aAt;
    for (int i = aAt; i < aAt + depth; i++) {
      int at = (i + shift) * COLUMNS;
      var b0 = FloatVector.fromArray(S, b, at);
      var b1 = FloatVector.fromArray(S, b, at + L);
      var b2 = FloatVector.fromArray(S, b, at + 2 * L);
      var a0 = FloatVector.broadcast(S, a[i]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      var a1 = FloatVector.broadcast(S, a[i + STRIDE]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      var a2 = FloatVector.broadcast(S, a[i + 2 * STRIDE]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
    }
    c00.intoArray(out, outAt);
    c01.intoArray(out, outAt + L);
    c02.intoArray(out, outAt + 2 * L);
    c10.intoArray(out, outAt + outStride);
    c11.intoArray(out, outAt + outStride + L);
    c12.intoArray(out, outAt + outStride + 2 * L);
    c20.intoArray(out, outAt + 2 * outStride);
    c21.intoArray(out, outAt + 2 * outStride + L);
    c22.intoArray(out, outAt + 2 * outStride + 2 * L);
  }
}
