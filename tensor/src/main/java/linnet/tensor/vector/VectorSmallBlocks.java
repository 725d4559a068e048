package linnet.tensor.vector;

import static linnet.tensor.vector.VectorBlocks.PART;
import static linnet.tensor.vector.VectorBlocks.half;
import static linnet.tensor.vector.VectorBlocks.signed;
import static linnet.tensor.vector.VectorBlocks.toFloats;
import static linnet.tensor.vector.VectorBlocks.unsigned;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.broadcast;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import linnet.tensor.DType;

/**
 * Parts of blocks of 32 and 64 elements: scales, then quants, see {@link VectorBlocks}. Products of scale and
 * quant are exact, so that a minimum added to them, fused or not, is the same.
 */
final class VectorSmallBlocks {
  private static final int HALF = PART / 2;
  /** Bytes of the 32 fifth bits. */
  private static final int FIFTHS = 4;
  static final IntVector COUNTING = IntVector.zero(Width.I).addIndex(1);
  static final float INT8_STEP = 1 / 127f;

  static final SixteenFloats IQ4 = SixteenFloats.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25,
      38, 53, 69, 89, 113);

  private VectorSmallBlocks() {}

  static void q8(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long from = (part + p) * DType.Q8_0.bytesPerBlock();
      int to = at + p * PART;
      var scale = broadcast(half(bytes, from));
      for (int i = 0; i < PART; i += L) {
        toFloats(signed(bytes, from + 2 + i)).mul(scale).intoArray(out, to + i);
      }
    }
  }

  static void int8(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / 2 * DType.INT8.bytesPerBlock();
      long from = block + 2 + (part + p) % 2 * PART;
      int to = at + p * PART;
      var most = broadcast(half(bytes, block));
      for (int i = 0; i < PART; i += L) {
        toFloats(signed(bytes, from + i)).mul(most).mul(INT8_STEP).intoArray(out, to + i);
      }
    }
  }

  static void q4(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long from = (part + p) * DType.Q4_0.bytesPerBlock();
      int to = at + p * PART;
      var scale = broadcast(half(bytes, from));
      for (int i = 0; i < HALF; i += L) {
        putQ4(unsigned(bytes, from + 2 + i), scale, out, to + i);
      }
    }
  }

  private static void putQ4(IntVector pairs, FloatVector scale, float[] out, int at) {
    toFloats(low(pairs).sub(8)).mul(scale).intoArray(out, at);
    toFloats(high(pairs).sub(8)).mul(scale).intoArray(out, at + HALF);
  }

  static void q4WithMinimum(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long from = (part + p) * DType.Q4_1.bytesPerBlock();
      int to = at + p * PART;
      var scale = broadcast(half(bytes, from));
      var minimum = broadcast(half(bytes, from + 2));
      for (int i = 0; i < HALF; i += L) {
        putQ4(unsigned(bytes, from + 4 + i), scale, minimum, out, to + i);
      }
    }
  }

  private static void putQ4(IntVector pairs, FloatVector scale, FloatVector minimum, float[] out, int at) {
    toFloats(low(pairs)).fma(scale, minimum).intoArray(out, at);
    toFloats(high(pairs)).fma(scale, minimum).intoArray(out, at + HALF);
  }

  static void q5(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long from = (part + p) * DType.Q5_0.bytesPerBlock();
      int to = at + p * PART;
      var scale = broadcast(half(bytes, from));
      var fifths = IntVector.broadcast(Width.I, bytes.get(Native.I32, from + 2));
      for (int i = 0; i < HALF; i += L) {
        putQ5(unsigned(bytes, from + 2 + FIFTHS + i), fifths, i, scale, out, to + i);
      }
    }
  }

  private static void putQ5(IntVector pairs, IntVector fifths, int i, FloatVector scale, float[] out, int at) {
    toFloats(low(pairs).or(fifth(fifths, i)).sub(16)).mul(scale).intoArray(out, at);
    toFloats(high(pairs).or(fifth(fifths, i + HALF)).sub(16)).mul(scale).intoArray(out, at + HALF);
  }

  static void q5WithMinimum(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long from = (part + p) * DType.Q5_1.bytesPerBlock();
      int to = at + p * PART;
      var scale = broadcast(half(bytes, from));
      var minimum = broadcast(half(bytes, from + 2));
      var fifths = IntVector.broadcast(Width.I, bytes.get(Native.I32, from + 4));
      for (int i = 0; i < HALF; i += L) {
        putQ5(unsigned(bytes, from + 4 + FIFTHS + i), fifths, i, scale, minimum, out, to + i);
      }
    }
  }

  private static void putQ5(IntVector pairs, IntVector fifths, int i, FloatVector scale, FloatVector minimum,
      float[] out, int at) {
    toFloats(low(pairs).or(fifth(fifths, i))).fma(scale, minimum).intoArray(out, at);
    toFloats(high(pairs).or(fifth(fifths, i + HALF))).fma(scale, minimum).intoArray(out, at + HALF);
  }

  static void iq4(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long from = (part + p) * DType.IQ4_NL.bytesPerBlock();
      int to = at + p * PART;
      var scale = broadcast(half(bytes, from));
      for (int i = 0; i < HALF; i += L) {
        putIq4(unsigned(bytes, from + 2 + i), scale, out, to + i);
      }
    }
  }

  private static void putIq4(IntVector pairs, FloatVector scale, float[] out, int at) {
    IQ4.get(low(pairs)).mul(scale).intoArray(out, at);
    IQ4.get(high(pairs)).mul(scale).intoArray(out, at + HALF);
  }

  /** Bits i to i + L of a word, each as the fifth of its lane. */
  private static IntVector fifth(IntVector word, int i) {
    return word.lanewise(VectorOperators.LSHR, COUNTING.add(i)).and(1).lanewise(VectorOperators.LSHL, 4);
  }

  private static IntVector low(IntVector pairs) {
    return pairs.and(0xF);
  }

  private static IntVector high(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHR, 4);
  }
}
