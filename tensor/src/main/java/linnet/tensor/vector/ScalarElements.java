package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;

import java.lang.foreign.MemorySegment;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/**
 * {@link ElementLanes} in plain Java; the vector provider's last few elements of a row are computed here too.
 */
final class ScalarElements implements ElementLanes {
  @Override
  public void fill(MemorySegment out, long outAt, float value, int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, value);
    }
  }

  @Override
  public void unary(Unary f, MemorySegment out, long outAt, MemorySegment x, long xAt, int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, ScalarMath.apply(f, get(x, xAt, i)));
    }
  }

  @Override
  public void binary(Binary f, MemorySegment out, long outAt, MemorySegment a, long aAt, MemorySegment b,
      long bAt, int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, ScalarMath.apply(f, get(a, aAt, i), get(b, bAt, i)));
    }
  }

  @Override
  public void affine(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, float shift,
      int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, Math.fma(get(x, xAt, i), scale, shift));
    }
  }

  @Override
  public void addScaled(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, Math.fma(get(x, xAt, i), scale, get(out, outAt, i)));
    }
  }

  @Override
  public void addFourRows(MemorySegment out, long outAt, long outStride, MemorySegment x, long xAt,
      long xStride, float[] a, int aAt, int aStride, int n) {
    for (int r = 0; r < 4; r++) {
      for (int k = 0; k < 4; k++) {
        addScaled(out, outAt + r * outStride, x, xAt + k * xStride, a[aAt + k * aStride + r], n);
      }
    }
  }

  @Override
  public void addProduct(MemorySegment out, long outAt, MemorySegment a, long aAt, float scale,
      MemorySegment b, long bAt, int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, Math.fma(get(a, aAt, i) * scale, get(b, bAt, i), get(out, outAt, i)));
    }
  }

  @Override
  public void scaleBy(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, MemorySegment w,
      long wAt, int n) {
    for (int i = 0; i < n; i++) {
      set(out, outAt, i, get(x, xAt, i) * scale * get(w, wAt, i));
    }
  }

  @Override
  public void normGradient(MemorySegment dx, long dxAt, MemorySegment x, long xAt, MemorySegment w, long wAt,
      MemorySegment dy, long dyAt, float scale, float slope, int n) {
    for (int i = 0; i < n; i++) {
      set(dx, dxAt, i, scale * Math.fma(get(x, xAt, i), -slope, get(dy, dyAt, i) * get(w, wAt, i)));
    }
  }

  @Override
  public void softmaxGradient(MemorySegment dx, long dxAt, MemorySegment y, long yAt, MemorySegment dy,
      long dyAt, float mean, float scale, int n) {
    for (int i = 0; i < n; i++) {
      set(dx, dxAt, i, scale * (get(y, yAt, i) * (get(dy, dyAt, i) - mean)));
    }
  }

  @Override
  public void swiGlu(MemorySegment y, long yAt, MemorySegment gate, long gateAt, MemorySegment up, long upAt,
      int n) {
    for (int i = 0; i < n; i++) {
      float g = get(gate, gateAt, i);
      set(y, yAt, i, ScalarMath.sigmoidOrZero(g) * g * get(up, upAt, i));
    }
  }

  @Override
  public void swiGluGradients(MemorySegment dGate, long dGateAt, MemorySegment dUp, long dUpAt,
      MemorySegment gate, long gateAt, MemorySegment up, long upAt, MemorySegment dy, long dyAt, int n) {
    for (int i = 0; i < n; i++) {
      float g = get(gate, gateAt, i);
      float s = ScalarMath.sigmoidOrZero(g);
      float slope = s * Math.fma(g, 1 - s, 1f);
      float d = get(dy, dyAt, i);
      set(dGate, dGateAt, i, d * get(up, upAt, i) * slope);
      set(dUp, dUpAt, i, d * (g * s));
    }
  }

  @Override
  public void rotate(MemorySegment y, long yAt, MemorySegment x, long xAt, MemorySegment cos, long cosAt,
      MemorySegment sin, long sinAt, float sign, int half) {
    for (int i = 0; i < half; i++) {
      float a = get(x, xAt, i);
      float b = get(x, xAt, i + half);
      float c = get(cos, cosAt, i);
      float s = sign * get(sin, sinAt, i);
      set(y, yAt, i, Math.fma(a, c, -(b * s)));
      set(y, yAt, i + half, Math.fma(b, c, a * s));
    }
  }

  @Override
  public void adamW(MemorySegment p, long pAt, MemorySegment g, long gAt, MemorySegment m, long mAt,
      MemorySegment v, long vAt, AdamWFactors f, int n) {
    for (int i = 0; i < n; i++) {
      float gradient = get(g, gAt, i) * f.gradient();
      float first = Math.fma(gradient, f.take1(), get(m, mAt, i) * f.beta1());
      float second = Math.fma(gradient * gradient, f.take2(), get(v, vAt, i) * f.beta2());
      float root = (float) Math.sqrt(second * f.correction2()) + f.epsilon();
      set(m, mAt, i, first);
      set(v, vAt, i, second);
      set(p, pAt, i, Math.fma(first / root, -f.rate(), get(p, pAt, i) * f.shrink()));
    }
  }

  private static float get(MemorySegment row, long at, int i) {
    return row.get(F32, at + 4L * i);
  }

  private static void set(MemorySegment row, long at, int i, float value) {
    row.set(F32, at + 4L * i, value);
  }
}
