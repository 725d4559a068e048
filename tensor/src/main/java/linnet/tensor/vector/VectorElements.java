package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/** {@link ElementLanes} on the Vector API; the elements that fill no vector go to the scalar provider. */
final class VectorElements implements ElementLanes {
  private final ScalarElements tail = new ScalarElements();

  @Override
  public void fill(MemorySegment out, long outAt, float value, int n) {
    if (Float.floatToRawIntBits(value) == 0) { // fast from the first call on: new parameters are cleared
      out.asSlice(outAt, 4L * n).fill((byte) 0);
      return;
    }
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      store(broadcast(value), out, outAt, i);
    }
    tail.fill(out, outAt + 4L * i, value, n - i);
  }

  @Override
  public void unary(Unary f, MemorySegment out, long outAt, MemorySegment x, long xAt, int n) {
    int i = VectorUnary.apply(f, out, outAt, x, xAt, n);
    tail.unary(f, out, outAt + 4L * i, x, xAt + 4L * i, n - i);
  }

  @Override
  public void binary(Binary f, MemorySegment out, long outAt, MemorySegment a, long aAt, MemorySegment b,
      long bAt, int n) {
    int i = VectorBinary.apply(f, out, outAt, a, aAt, b, bAt, n);
    tail.binary(f, out, outAt + 4L * i, a, aAt + 4L * i, b, bAt + 4L * i, n - i);
  }

  @Override
  public void affine(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, float shift,
      int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      store(load(x, xAt, i).fma(broadcast(scale), broadcast(shift)), out, outAt, i);
    }
    tail.affine(out, outAt + 4L * i, x, xAt + 4L * i, scale, shift, n - i);
  }

  @Override
  public void addScaled(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      store(load(x, xAt, i).fma(broadcast(scale), load(out, outAt, i)), out, outAt, i);
    }
    tail.addScaled(out, outAt + 4L * i, x, xAt + 4L * i, scale, n - i);
  }

  @Override
  public void addFourRows(MemorySegment out, long outAt, long outStride, MemorySegment x, long xAt,
      long xStride, float[] a, int aAt, int aStride, int n) {
    int i = 0;
    int a1 = aAt + aStride;
    int a2 = a1 + aStride;
    int a3 = a2 + aStride;
    var a00 = broadcast(a[aAt]);
    var a01 = broadcast(a[a1]);
    var a02 = broadcast(a[a2]);
    var a03 = broadcast(a[a3]);
    var a10 = broadcast(a[aAt + 1]);
    var a11 = broadcast(a[a1 + 1]);
    var a12 = broadcast(a[a2 + 1]);
    var a13 = broadcast(a[a3 + 1]);
    var a20 = broadcast(a[aAt + 2]);
    var a21 = broadcast(a[a1 + 2]);
    var a22 = broadcast(a[a2 + 2]);
    var a23 = broadcast(a[a3 + 2]);
    var a30 = broadcast(a[aAt + 3]);
    var a31 = broadcast(a[a1 + 3]);
    var a32 = broadcast(a[a2 + 3]);
    var a33 = broadcast(a[a3 + 3]);
    for (; i < S.loopBound(n); i += L) {
      var x0 = load(x, xAt, i);
      var x1 = load(x, xAt + xStride, i);
      var x2 = load(x, xAt + 2 * xStride, i);
      var x3 = load(x, xAt + 3 * xStride, i);
      var y0 = x1.fma(a01, x0.fma(a00, load(out, outAt, i)));
      var y1 = x1.fma(a11, x0.fma(a10, load(out, outAt + outStride, i)));
      var y2 = x1.fma(a21, x0.fma(a20, load(out, outAt + 2 * outStride, i)));
      var y3 = x1.fma(a31, x0.fma(a30, load(out, outAt + 3 * outStride, i)));
      store(x3.fma(a03, x2.fma(a02, y0)), out, outAt, i);
      store(x3.fma(a13, x2.fma(a12, y1)), out, outAt + outStride, i);
      store(x3.fma(a23, x2.fma(a22, y2)), out, outAt + 2 * outStride, i);
      store(x3.fma(a33, x2.fma(a32, y3)), out, outAt + 3 * outStride, i);
    }
    tail.addFourRows(out, outAt + 4L * i, outStride, x, xAt + 4L * i, xStride, a, aAt, aStride, n - i);
  }

  @Override
  public void addProduct(MemorySegment out, long outAt, MemorySegment a, long aAt, float scale,
      MemorySegment b, long bAt, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      store(load(a, aAt, i).mul(scale).fma(load(b, bAt, i), load(out, outAt, i)), out, outAt, i);
    }
    tail.addProduct(out, outAt + 4L * i, a, aAt + 4L * i, scale, b, bAt + 4L * i, n - i);
  }

  @Override
  public void scaleBy(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, MemorySegment w,
      long wAt, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      store(load(x, xAt, i).mul(scale).mul(load(w, wAt, i)), out, outAt, i);
    }
    tail.scaleBy(out, outAt + 4L * i, x, xAt + 4L * i, scale, w, wAt + 4L * i, n - i);
  }

  @Override
  public void normGradient(MemorySegment dx, long dxAt, MemorySegment x, long xAt, MemorySegment w, long wAt,
      MemorySegment dy, long dyAt, float scale, float slope, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      var g = load(dy, dyAt, i).mul(load(w, wAt, i));
      store(load(x, xAt, i).fma(broadcast(-slope), g).mul(scale), dx, dxAt, i);
    }
    tail.normGradient(dx, dxAt + 4L * i, x, xAt + 4L * i, w, wAt + 4L * i, dy, dyAt + 4L * i, scale, slope,
        n - i);
  }

  @Override
  public void softmaxGradient(MemorySegment dx, long dxAt, MemorySegment y, long yAt, MemorySegment dy,
      long dyAt, float mean, float scale, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      store(load(y, yAt, i).mul(load(dy, dyAt, i).sub(mean)).mul(scale), dx, dxAt, i);
    }
    tail.softmaxGradient(dx, dxAt + 4L * i, y, yAt + 4L * i, dy, dyAt + 4L * i, mean, scale, n - i);
  }

  // C2 inlines a bounded number of nodes, the sigmoid takes nearly all of them, and what is not inlined gets
  // its vectors by way of the heap: so loads come before it, and stores are the Vector API's own, which the
  // bound does not hold for.

  @Override
  public void swiGlu(MemorySegment y, long yAt, MemorySegment gate, long gateAt, MemorySegment up, long upAt,
      int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      var g = load(gate, gateAt, i);
      var u = load(up, upAt, i);
      VectorMath.sigmoidOrZero(g).mul(g).mul(u).intoMemorySegment(y, yAt + 4L * i, ByteOrder.LITTLE_ENDIAN);
    }
    tail.swiGlu(y, yAt + 4L * i, gate, gateAt + 4L * i, up, upAt + 4L * i, n - i);
  }

  @Override
  public void swiGluGradients(MemorySegment dGate, long dGateAt, MemorySegment dUp, long dUpAt,
      MemorySegment gate, long gateAt, MemorySegment up, long upAt, MemorySegment dy, long dyAt, int n) {
    var one = broadcast(1f);
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      var g = load(gate, gateAt, i);
      var u = load(up, upAt, i);
      var d = load(dy, dyAt, i);
      var s = VectorMath.sigmoidOrZero(g);
      var slope = s.mul(g.fma(one.sub(s), one));
      d.mul(u).mul(slope).intoMemorySegment(dGate, dGateAt + 4L * i, ByteOrder.LITTLE_ENDIAN);
      d.mul(g.mul(s)).intoMemorySegment(dUp, dUpAt + 4L * i, ByteOrder.LITTLE_ENDIAN);
    }
    tail.swiGluGradients(dGate, dGateAt + 4L * i, dUp, dUpAt + 4L * i, gate, gateAt + 4L * i, up,
        upAt + 4L * i, dy, dyAt + 4L * i, n - i);
  }

  @Override
  public void rotate(MemorySegment y, long yAt, MemorySegment x, long xAt, MemorySegment cos, long cosAt,
      MemorySegment sin, long sinAt, float sign, int half) {
    if (half % L != 0) {
      tail.rotate(y, yAt, x, xAt, cos, cosAt, sin, sinAt, sign, half);
      return;
    }
    for (int i = 0; i < half; i += L) {
      var a = load(x, xAt, i);
      var b = load(x, xAt, i + half);
      var c = load(cos, cosAt, i);
      var s = load(sin, sinAt, i).mul(sign);
      store(a.fma(c, b.mul(s).neg()), y, yAt, i);
      store(b.fma(c, a.mul(s)), y, yAt, i + half);
    }
  }

  @Override
  public void adamW(MemorySegment p, long pAt, MemorySegment g, long gAt, MemorySegment m, long mAt,
      MemorySegment v, long vAt, AdamWFactors f, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      var gradient = load(g, gAt, i).mul(f.gradient());
      var first = gradient.fma(broadcast(f.take1()), load(m, mAt, i).mul(f.beta1()));
      var second = gradient.mul(gradient).fma(broadcast(f.take2()), load(v, vAt, i).mul(f.beta2()));
      var root = second.mul(f.correction2()).sqrt().add(f.epsilon());
      store(first, m, mAt, i);
      store(second, v, vAt, i);
      store(first.div(root).fma(broadcast(-f.rate()), load(p, pAt, i).mul(f.shrink())), p, pAt, i);
    }
    tail.adamW(p, pAt + 4L * i, g, gAt + 4L * i, m, mAt + 4L * i, v, vAt + 4L * i, f, n - i);
  }
}
