package linnet.tensor.vector;

import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.loadBfloat16;
import static linnet.tensor.vector.Width.loadFloat16;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Kernels of {@link StoredRow} for types without blocks. */
final class PlainDots {
  private static final int LANES = DotLanes.LANES;
  private static final int HALF = LANES / 2;
  /** Whether a pass does two vectors of each half of the lanes, not one that is as long as a half. */
  static final boolean PAIRS = L < HALF;
  /** Lanes of each half that a pass of F32 and BF16 does: all, but with the smallest vectors. */
  static final int STEP = PAIRS ? 2 * L : L;

  private PlainDots() {}

  static void f32(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s0 = FloatVector.zero(S);
      var s1 = FloatVector.zero(S);
      var t0 = FloatVector.zero(S);
      var t1 = FloatVector.zero(S);
      int x = aAt + part;
      long row = 4 * (first + r * stride + part);
      for (int i = 0; i < n; i += LANES) {
        s0 = of(a, x + i).fma(load(b, row, i), s0);
        t0 = of(a, x + i + HALF).fma(load(b, row, i + HALF), t0);
        if (PAIRS) {
          s1 = of(a, x + i + L).fma(load(b, row, i + L), s1);
          t1 = of(a, x + i + HALF + L).fma(load(b, row, i + HALF + L), t1);
        }
      }
      store(s0, s1, t0, t1, lanes, r * LANES + part);
    }
  }

  static void bf16(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s0 = FloatVector.zero(S);
      var s1 = FloatVector.zero(S);
      var t0 = FloatVector.zero(S);
      var t1 = FloatVector.zero(S);
      int x = aAt + part;
      long row = 2 * (first + r * stride + part);
      for (int i = 0; i < n; i += LANES) {
        s0 = of(a, x + i).fma(loadBfloat16(b, row, i), s0);
        t0 = of(a, x + i + HALF).fma(loadBfloat16(b, row, i + HALF), t0);
        if (PAIRS) {
          s1 = of(a, x + i + L).fma(loadBfloat16(b, row, i + L), s1);
          t1 = of(a, x + i + HALF + L).fma(loadBfloat16(b, row, i + HALF + L), t1);
        }
      }
      store(s0, s1, t0, t1, lanes, r * LANES + part);
    }
  }

  /** One vector of each half: decoding takes so many operations that C2 would not inline those of four. */
  static void f16(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s = FloatVector.zero(S);
      var t = FloatVector.zero(S);
      int x = aAt + part;
      long row = 2 * (first + r * stride + part);
      for (int i = 0; i < n; i += LANES) {
        s = of(a, x + i).fma(loadFloat16(b, row, i), s);
        t = of(a, x + i + HALF).fma(loadFloat16(b, row, i + HALF), t);
      }
      s.intoArray(lanes, r * LANES + part);
      t.intoArray(lanes, r * LANES + part + HALF);
    }
  }

  private static FloatVector of(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }

  static void store(FloatVector s0, FloatVector s1, FloatVector t0, FloatVector t1, float[] lanes,
      int at) {
    s0.intoArray(lanes, at);
    t0.intoArray(lanes, at + HALF);
    if (PAIRS) {
      s1.intoArray(lanes, at + L);
      t1.intoArray(lanes, at + HALF + L);
    }
  }
}
