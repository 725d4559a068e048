package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;

import jdk.incubator.vector.FloatVector;

/**
 * 6 rows × 2 vectors: 12 sums and 4 operands in 16 registers. Two k at a time halve the loop's own
 * instructions, which count where somebody else's thread shares the core.
 */
final class Kernel6x2 implements MicroKernel {
  private static final int ROWS = 6;
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
    int shift = bAt / COLUMNS - aAt;
    int end = aAt + depth;
    int i = aAt;
    // the breaks are never taken: see MicroKernel
    for (; i < end - 1; i += 2) {
      int at = (i + shift) * COLUMNS;
      var b0 = FloatVector.fromArray(S, b, at);
      var b1 = FloatVector.fromArray(S, b, at + L);
      var a0 = FloatVector.broadcast(S, a[i]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      var a1 = FloatVector.broadcast(S, a[i + STRIDE]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      if (i == aAt - 1) {
        break;
      }
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
      if (i == aAt - 2) {
        break;
      }
      var d0 = FloatVector.fromArray(S, b, at + COLUMNS);
      var d1 = FloatVector.fromArray(S, b, at + COLUMNS + L);
      var e0 = FloatVector.broadcast(S, a[i + 1]);
      c00 = e0.fma(d0, c00);
      c01 = e0.fma(d1, c01);
      var e1 = FloatVector.broadcast(S, a[i + STRIDE + 1]);
      c10 = e1.fma(d0, c10);
      c11 = e1.fma(d1, c11);
      if (i == aAt - 3) {
        break;
      }
      var e2 = FloatVector.broadcast(S, a[i + 2 * STRIDE + 1]);
      c20 = e2.fma(d0, c20);
      c21 = e2.fma(d1, c21);
      var e3 = FloatVector.broadcast(S, a[i + 3 * STRIDE + 1]);
      c30 = e3.fma(d0, c30);
      c31 = e3.fma(d1, c31);
      var e4 = FloatVector.broadcast(S, a[i + 4 * STRIDE + 1]);
      c40 = e4.fma(d0, c40);
      c41 = e4.fma(d1, c41);
      var e5 = FloatVector.broadcast(S, a[i + 5 * STRIDE + 1]);
      c50 = e5.fma(d0, c50);
      c51 = e5.fma(d1, c51);
    }
    if (i < end) {
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
  }
}
