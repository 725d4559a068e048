package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/**
 * Rows of {@code n} F32 elements in native memory, element by element. A row is a segment and the offset of
 * its first element in bytes. Outputs come first, and may be an input.
 */
interface ElementLanes {
  /** out = value. */
  void fill(MemorySegment out, long outAt, float value, int n);

  /** out = f(x). */
  void unary(Unary f, MemorySegment out, long outAt, MemorySegment x, long xAt, int n);

  /** out = f(a, b). */
  void binary(Binary f, MemorySegment out, long outAt, MemorySegment a, long aAt, MemorySegment b, long bAt,
      int n);

  /** out = x·scale + shift, rounded once. */
  void affine(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, float shift, int n);

  /** out += x·scale, rounded once. */
  void addScaled(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, int n);

  /**
   * Four rows of out, {@code outStride} bytes apart, out(r) += a[r]·x(0) + a[stride + r]·x(1) + …, four terms
   * in order, each product and sum rounded once.
   *
   * @param xStride bytes between the rows of x
   * @param a the factors, from {@code aAt}, those of a row of x {@code aStride} apart
   */
  void addFourRows(MemorySegment out, long outAt, long outStride, MemorySegment x, long xAt, long xStride,
      float[] a, int aAt, int aStride, int n);

  /** out += (a·scale)·b, the last product and sum rounded once. */
  void addProduct(MemorySegment out, long outAt, MemorySegment a, long aAt, float scale, MemorySegment b,
      long bAt, int n);

  /** out = (x·scale)·w. */
  void scaleBy(MemorySegment out, long outAt, MemorySegment x, long xAt, float scale, MemorySegment w,
      long wAt, int n);

  /** dx = scale·(dy·w − x·slope): the gradient of a normalised row. */
  void normGradient(MemorySegment dx, long dxAt, MemorySegment x, long xAt, MemorySegment w, long wAt,
      MemorySegment dy, long dyAt, float scale, float slope, int n);

  /** dx = scale·(y·(dy − mean)): the gradient of a softmax row. */
  void softmaxGradient(MemorySegment dx, long dxAt, MemorySegment y, long yAt, MemorySegment dy, long dyAt,
      float mean, float scale, int n);

  /** y = silu(gate)·up. */
  void swiGlu(MemorySegment y, long yAt, MemorySegment gate, long gateAt, MemorySegment up, long upAt, int n);

  /** The gradients of {@link #swiGlu}. */
  void swiGluGradients(MemorySegment dGate, long dGateAt, MemorySegment dUp, long dUpAt, MemorySegment gate,
      long gateAt, MemorySegment up, long upAt, MemorySegment dy, long dyAt, int n);

  /** The pairs (x[i], x[i+half]) turned: (a·cos − b·(sign·sin), b·cos + a·(sign·sin)). */
  void rotate(MemorySegment y, long yAt, MemorySegment x, long xAt, MemorySegment cos, long cosAt,
      MemorySegment sin, long sinAt, float sign, int half);

  /** One AdamW update; all rows begin at {@code at}. */
  void adamW(MemorySegment p, long pAt, MemorySegment g, long gAt, MemorySegment m, long mAt, MemorySegment v,
      long vAt, AdamWFactors f, int n);
}
