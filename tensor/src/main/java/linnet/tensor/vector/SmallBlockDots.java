package linnet.tensor.vector;

import static linnet.tensor.vector.PlainDots.PAIRS;
import static linnet.tensor.vector.PlainDots.store;
import static linnet.tensor.vector.VectorBlocks.half;
import static linnet.tensor.vector.VectorBlocks.signed;
import static linnet.tensor.vector.VectorBlocks.toFloats;
import static linnet.tensor.vector.VectorBlocks.unsigned;
import static linnet.tensor.vector.VectorSmallBlocks.COUNTING;
import static linnet.tensor.vector.VectorSmallBlocks.INT8_STEP;
import static linnet.tensor.vector.VectorSmallBlocks.IQ4;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import linnet.tensor.DType;
import linnet.tensor.NormalFloat;

/**
 * Kernels of {@link StoredRow} for blocks of 32 and 64 elements, with the values of {@link
 * VectorSmallBlocks} and {@link VectorNormalFloat}: s sums the lanes of the lower half, t those of the upper.
 * A pass of the types with few vector operations does all lanes, as those of {@link PlainDots}.
 */
final class SmallBlockDots {
  private static final int LANES = DotLanes.LANES;
  private static final int HALF = LANES / 2;
  private static final int IQ4_BYTES = DType.IQ4_NL.bytesPerBlock();
  private static final int Q5_MINIMUM_BYTES = DType.Q5_1.bytesPerBlock();
  private static final int Q5_BYTES = DType.Q5_0.bytesPerBlock();
  private static final int Q4_MINIMUM_BYTES = DType.Q4_1.bytesPerBlock();
  private static final int Q4_BYTES = DType.Q4_0.bytesPerBlock();
  private static final int INT8_BYTES = DType.INT8.bytesPerBlock();
  private static final int Q8_BYTES = DType.Q8_0.bytesPerBlock();

  private SmallBlockDots() {}

  static void q8(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s0 = FloatVector.zero(S);
      var s1 = FloatVector.zero(S);
      var t0 = FloatVector.zero(S);
      var t1 = FloatVector.zero(S);
      long block = (first + r * stride) / LANES * Q8_BYTES;
      for (int x = aAt + part; x < aAt + n; x += LANES) {
        var scale = broadcast(half(b, block));
        long at = block + 2 + part;
        s0 = of(a, x).fma(toFloats(signed(b, at)).mul(scale), s0);
        t0 = of(a, x + HALF).fma(toFloats(signed(b, at + HALF)).mul(scale), t0);
        if (PAIRS) {
          s1 = of(a, x + L).fma(toFloats(signed(b, at + L)).mul(scale), s1);
          t1 = of(a, x + HALF + L).fma(toFloats(signed(b, at + HALF + L)).mul(scale), t1);
        }
        block += Q8_BYTES;
      }
      store(s0, s1, t0, t1, lanes, r * LANES + part);
    }
  }

  static void int8(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s = FloatVector.zero(S);
      var t = FloatVector.zero(S);
      long block = (first + r * stride) / (2 * LANES) * INT8_BYTES;
      for (int x = aAt + part; x < aAt + n; x += 2 * LANES) {
        var most = broadcast(half(b, block));
        long at = block + 2 + part;
        s = of(a, x).fma(toFloats(signed(b, at)).mul(most).mul(INT8_STEP), s);
        t = of(a, x + HALF).fma(toFloats(signed(b, at + HALF)).mul(most).mul(INT8_STEP), t);
        s = of(a, x + LANES).fma(toFloats(signed(b, at + LANES)).mul(most).mul(INT8_STEP), s);
        t = of(a, x + LANES + HALF).fma(toFloats(signed(b, at + LANES + HALF)).mul(most).mul(INT8_STEP), t);
        block += INT8_BYTES;
      }
      s.intoArray(lanes, r * LANES + part);
      t.intoArray(lanes, r * LANES + part + HALF);
    }
  }

  static void q4(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s0 = FloatVector.zero(S);
      var s1 = FloatVector.zero(S);
      var t0 = FloatVector.zero(S);
      var t1 = FloatVector.zero(S);
      long block = (first + r * stride) / LANES * Q4_BYTES;
      for (int x = aAt + part; x < aAt + n; x += LANES) {
        var scale = broadcast(half(b, block));
        var pairs = unsigned(b, block + 2 + part);
        s0 = of(a, x).fma(toFloats(low(pairs).sub(8)).mul(scale), s0);
        t0 = of(a, x + HALF).fma(toFloats(high(pairs).sub(8)).mul(scale), t0);
        if (PAIRS) {
          pairs = unsigned(b, block + 2 + part + L);
          s1 = of(a, x + L).fma(toFloats(low(pairs).sub(8)).mul(scale), s1);
          t1 = of(a, x + HALF + L).fma(toFloats(high(pairs).sub(8)).mul(scale), t1);
        }
        block += Q4_BYTES;
      }
      store(s0, s1, t0, t1, lanes, r * LANES + part);
    }
  }

  static void q4WithMinimum(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows,
      int part, float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s0 = FloatVector.zero(S);
      var s1 = FloatVector.zero(S);
      var t0 = FloatVector.zero(S);
      var t1 = FloatVector.zero(S);
      long block = (first + r * stride) / LANES * Q4_MINIMUM_BYTES;
      for (int x = aAt + part; x < aAt + n; x += LANES) {
        var scale = broadcast(half(b, block));
        var minimum = broadcast(half(b, block + 2));
        var pairs = unsigned(b, block + 4 + part);
        s0 = of(a, x).fma(toFloats(low(pairs)).fma(scale, minimum), s0);
        t0 = of(a, x + HALF).fma(toFloats(high(pairs)).fma(scale, minimum), t0);
        if (PAIRS) {
          pairs = unsigned(b, block + 4 + part + L);
          s1 = of(a, x + L).fma(toFloats(low(pairs)).fma(scale, minimum), s1);
          t1 = of(a, x + HALF + L).fma(toFloats(high(pairs)).fma(scale, minimum), t1);
        }
        block += Q4_MINIMUM_BYTES;
      }
      store(s0, s1, t0, t1, lanes, r * LANES + part);
    }
  }

  static void q5(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    var places = COUNTING.add(part);
    for (int r = 0; r < rows; r++) {
      var s = FloatVector.zero(S);
      var t = FloatVector.zero(S);
      long block = (first + r * stride) / LANES * Q5_BYTES;
      for (int x = aAt + part; x < aAt + n; x += LANES) {
        var scale = broadcast(half(b, block));
        var fifths = fifths(b, block + 2, places);
        var pairs = unsigned(b, block + 6 + part);
        s = of(a, x).fma(toFloats(lowOfFive(pairs, fifths).sub(16)).mul(scale), s);
        t = of(a, x + HALF).fma(toFloats(highOfFive(pairs, fifths).sub(16)).mul(scale), t);
        block += Q5_BYTES;
      }
      s.intoArray(lanes, r * LANES + part);
      t.intoArray(lanes, r * LANES + part + HALF);
    }
  }

  static void q5WithMinimum(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows,
      int part, float[] lanes) {
    var places = COUNTING.add(part);
    for (int r = 0; r < rows; r++) {
      var s = FloatVector.zero(S);
      var t = FloatVector.zero(S);
      long block = (first + r * stride) / LANES * Q5_MINIMUM_BYTES;
      for (int x = aAt + part; x < aAt + n; x += LANES) {
        var scale = broadcast(half(b, block));
        var minimum = broadcast(half(b, block + 2));
        var fifths = fifths(b, block + 4, places);
        var pairs = unsigned(b, block + 8 + part);
        s = of(a, x).fma(toFloats(lowOfFive(pairs, fifths)).fma(scale, minimum), s);
        t = of(a, x + HALF).fma(toFloats(highOfFive(pairs, fifths)).fma(scale, minimum), t);
        block += Q5_MINIMUM_BYTES;
      }
      s.intoArray(lanes, r * LANES + part);
      t.intoArray(lanes, r * LANES + part + HALF);
    }
  }

  static void iq4(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s = FloatVector.zero(S);
      var t = FloatVector.zero(S);
      long block = (first + r * stride) / LANES * IQ4_BYTES;
      for (int x = aAt + part; x < aAt + n; x += LANES) {
        var scale = broadcast(half(b, block));
        var pairs = unsigned(b, block + 2 + part);
        s = of(a, x).fma(IQ4.get(low(pairs)).mul(scale), s);
        t = of(a, x + HALF).fma(IQ4.get(high(pairs)).mul(scale), t);
        block += IQ4_BYTES;
      }
      s.intoArray(lanes, r * LANES + part);
      t.intoArray(lanes, r * LANES + part + HALF);
    }
  }

  static void nf4(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
      float[] lanes) {
    for (int r = 0; r < rows; r++) {
      var s = FloatVector.zero(S);
      var t = FloatVector.zero(S);
      for (int i = 0; i < n; i += NormalFloat.RUN) {
        long element = first + r * stride + i;
        long block = element / NormalFloat.ELEMENTS * NormalFloat.BYTES;
        int run = (int) (element % NormalFloat.ELEMENTS) / NormalFloat.RUN;
        var scale = broadcast(NormalFloat.scale(b, block, run));
        long at = block + NormalFloat.HEAD + (long) run * NormalFloat.RUN_BYTES + 1 + part;
        for (int shift = 0; shift < 8; shift += 4) { // one after the other: C2 would not inline four look-ups
          int x = aAt + i + shift / 4 * LANES + part;
          var lower = unsigned(b, at).lanewise(VectorOperators.LSHR, shift).and(0xF);
          s = of(a, x).fma(VectorNormalFloat.VALUES.get(lower).mul(scale), s);
          var upper = unsigned(b, at + HALF).lanewise(VectorOperators.LSHR, shift).and(0xF);
          t = of(a, x + HALF).fma(VectorNormalFloat.VALUES.get(upper).mul(scale), t);
        }
      }
      s.intoArray(lanes, r * LANES + part);
      t.intoArray(lanes, r * LANES + part + HALF);
    }
  }

  private static IntVector low(IntVector pairs) {
    return pairs.and(0xF);
  }

  private static IntVector high(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHR, 4);
  }

  /** Of 32 fifth bits, those at {@code places} lie lowest, those of the upper half 16 bits above. */
  private static IntVector fifths(MemorySegment b, long at, IntVector places) {
    return IntVector.broadcast(Width.I, b.get(Native.I32, at)).lanewise(VectorOperators.LSHR, places);
  }

  private static IntVector lowOfFive(IntVector pairs, IntVector fifths) {
    return low(pairs).or(fifths.lanewise(VectorOperators.LSHL, 4).and(0x10));
  }

  private static IntVector highOfFive(IntVector pairs, IntVector fifths) {
    return high(pairs).or(fifths.lanewise(VectorOperators.LSHR, 12).and(0x10));
  }

  private static FloatVector of(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }
}
