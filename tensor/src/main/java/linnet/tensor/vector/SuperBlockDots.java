package linnet.tensor.vector;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static linnet.tensor.vector.VectorBlocks.half;
import static linnet.tensor.vector.VectorBlocks.signed;
import static linnet.tensor.vector.VectorBlocks.toFloats;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import linnet.tensor.DType;

/**
 * Kernels of {@link StoredRow} for ggml's blocks of 256 elements, with the values of {@link
 * VectorSuperBlocks}. Rows are unpacked to a byte a quant, with a scale for 16 or 32, and multiplied then:
 * bits are picked from four quants an integer, and no method has more vector operations than C2 inlines.
 */
final class SuperBlockDots {
  private static final int PART = VectorBlocks.PART;
  private static final int HALF = PART / 2;
  /** Elements of a scale in the types of 2, 3 and 6 bits; those of the others are parts. */
  private static final int GROUP = 16;
  private static final int ELEMENTS = DType.Q4_K.elementsPerBlock();
  /** Elements whose quants are spread over the bits of the same bytes, in the types of 2, 3 and 6 bits. */
  private static final int SPREAD = ELEMENTS / 2;
  private static final int Q2_BYTES = DType.Q2_K.bytesPerBlock();
  private static final int Q3_BYTES = DType.Q3_K.bytesPerBlock();
  private static final int Q4_BYTES = DType.Q4_K.bytesPerBlock();
  private static final int Q5_BYTES = DType.Q5_K.bytesPerBlock();
  private static final int Q6_BYTES = DType.Q6_K.bytesPerBlock();
  private static final long NIBBLES = 0x0F0F0F0F0F0F0F0FL;
  private static final long TWO_BITS = 0x0303030303030303L;
  private static final long LOWER = 0xFFFFFFFFL;
  private static final long SIGNS = 0x8080808080808080L;
  /** The bytes of a part, or half of them. */
  private static final VectorSpecies<Integer> Q = L == 4 ? IntVector.SPECIES_128 : IntVector.SPECIES_256;

  private SuperBlockDots() {}

  static void q2(MemorySegment b, long first, int n, Unpacked rows, int at) {
    long block = first / ELEMENTS * Q2_BYTES;
    var quants = rows.quants();
    for (int i = at; i < at + n; i += ELEMENTS) {
      long codes = b.get(Native.I64, block);
      long others = b.get(Native.I64, block + 8);
      rows.scales(i / GROUP, half(b, block + 80), codes & NIBBLES, others & NIBBLES);
      rows.minima(i / GROUP, -half(b, block + 82), codes >>> 4 & NIBBLES, others >>> 4 & NIBBLES);
      for (int c = 0; c < 2; c++) {
        for (int h = 0; h < PART; h += Q.vectorByteSize()) {
          int to = i + c * SPREAD + h;
          var low = IntVector.fromMemorySegment(Q, b, block + 16 + c * PART + h, ByteOrder.LITTLE_ENDIAN);
          low.and(0x03030303).reinterpretAsBytes().intoArray(quants, to);
          low.lanewise(LSHR, 2).and(0x03030303).reinterpretAsBytes().intoArray(quants, to + PART);
          low.lanewise(LSHR, 4).and(0x03030303).reinterpretAsBytes().intoArray(quants, to + 2 * PART);
          low.lanewise(LSHR, 6).and(0x03030303).reinterpretAsBytes().intoArray(quants, to + 3 * PART);
        }
      }
      block += Q2_BYTES;
    }
  }

  static void q3(MemorySegment b, long first, int n, Unpacked rows, int at) {
    long block = first / ELEMENTS * Q3_BYTES;
    var quants = rows.quants();
    for (int i = at; i < at + n; i += ELEMENTS) {
      long codes = b.get(Native.I64, block + 96);
      long high = Integer.toUnsignedLong(b.get(Native.I32, block + 104));
      long upper = high | high >>> 2 << 32;
      rows.scales(i / GROUP, half(b, block + 108), less32(codes & NIBBLES | (upper & TWO_BITS) << 4),
          less32(codes >>> 4 & NIBBLES | (upper >>> 4 & TWO_BITS) << 4));
      for (int c = 0; c < 2; c++) {
        for (int h = 0; h < PART; h += Q.vectorByteSize()) {
          int to = i + c * SPREAD + h;
          var low = IntVector.fromMemorySegment(Q, b, block + 32 + c * PART + h, ByteOrder.LITTLE_ENDIAN);
          var third = IntVector.fromMemorySegment(Q, b, block + h, ByteOrder.LITTLE_ENDIAN)
              .lanewise(LSHR, 4 * c);
          low.and(0x03030303).or(third.lanewise(LSHL, 2).and(0x04040404))
              .reinterpretAsBytes().sub((byte) 4).intoArray(quants, to);
          low.lanewise(LSHR, 2).and(0x03030303).or(third.lanewise(LSHL, 1).and(0x04040404))
              .reinterpretAsBytes().sub((byte) 4).intoArray(quants, to + PART);
          low.lanewise(LSHR, 4).and(0x03030303).or(third.and(0x04040404))
              .reinterpretAsBytes().sub((byte) 4).intoArray(quants, to + 2 * PART);
          low.lanewise(LSHR, 6).and(0x03030303).or(third.lanewise(LSHR, 1).and(0x04040404))
              .reinterpretAsBytes().sub((byte) 4).intoArray(quants, to + 3 * PART);
        }
      }
      block += Q3_BYTES;
    }
  }

  /** Subtracts 32 from each of 8 bytes below 128. */
  private static long less32(long bytes) {
    return (bytes | SIGNS) - 0x2020202020202020L ^ SIGNS;
  }

  static void q4(MemorySegment b, long first, int n, Unpacked rows, int at) {
    long block = first / ELEMENTS * Q4_BYTES;
    var quants = rows.quants();
    for (int i = at; i < at + n; i += ELEMENTS) {
      partScales(b, block, i / PART, rows);
      for (int c = 0; c < 4; c++) {
        for (int h = 0; h < PART; h += Q.vectorByteSize()) {
          int to = i + c * 2 * PART + h;
          var pairs = IntVector.fromMemorySegment(Q, b, block + 16 + c * PART + h, ByteOrder.LITTLE_ENDIAN);
          pairs.and(0x0F0F0F0F).reinterpretAsBytes().intoArray(quants, to);
          pairs.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().intoArray(quants, to + PART);
        }
      }
      block += Q4_BYTES;
    }
  }

  static void q5(MemorySegment b, long first, int n, Unpacked rows, int at) {
    long block = first / ELEMENTS * Q5_BYTES;
    var quants = rows.quants();
    for (int i = at; i < at + n; i += ELEMENTS) {
      partScales(b, block, i / PART, rows);
      for (int c = 0; c < 4; c++) {
        for (int h = 0; h < PART; h += Q.vectorByteSize()) {
          int to = i + c * 2 * PART + h;
          var pairs = IntVector.fromMemorySegment(Q, b, block + 48 + c * PART + h, ByteOrder.LITTLE_ENDIAN);
          var fifth = IntVector.fromMemorySegment(Q, b, block + 16 + h, ByteOrder.LITTLE_ENDIAN)
              .lanewise(LSHR, 2 * c);
          pairs.and(0x0F0F0F0F).or(fifth.lanewise(LSHL, 4).and(0x10101010))
              .reinterpretAsBytes().intoArray(quants, to);
          pairs.lanewise(LSHR, 4).and(0x0F0F0F0F).or(fifth.lanewise(LSHL, 3).and(0x10101010))
              .reinterpretAsBytes().intoArray(quants, to + PART);
        }
      }
      block += Q5_BYTES;
    }
  }

  /** Of 8 scales and 8 minima of 6 bits, those of the last four lie in nibbles and high bits of others. */
  private static void partScales(MemorySegment b, long block, int to, Unpacked rows) {
    long low = b.get(Native.I64, block + 4); // scales, then minima
    long nibbles = Integer.toUnsignedLong(b.get(Native.I32, block + 12));
    long first = low & 0x3F3F3F3F3F3F3F3FL;
    long last = (nibbles | nibbles << 28) & NIBBLES | low >>> 2 & 0x3030303030303030L;
    rows.parts(to, half(b, block), first & LOWER | last << 32,
        -half(b, block + 2), first >>> 32 | last & ~LOWER);
  }

  static void q6(MemorySegment b, long first, int n, Unpacked rows, int at) {
    long block = first / ELEMENTS * Q6_BYTES;
    var quants = rows.quants();
    for (int i = at; i < at + n; i += ELEMENTS) {
      rows.scales(i / GROUP, half(b, block + 208), b.get(Native.I64, block + 192),
          b.get(Native.I64, block + 200));
      for (int c = 0; c < 2; c++) {
        for (int h = 0; h < PART; h += Q.vectorByteSize()) {
          int to = i + c * SPREAD + h;
          long from = block + c * 2 * PART + h;
          var low = IntVector.fromMemorySegment(Q, b, from, ByteOrder.LITTLE_ENDIAN);
          var others = IntVector.fromMemorySegment(Q, b, from + PART, ByteOrder.LITTLE_ENDIAN);
          var high = IntVector.fromMemorySegment(Q, b, block + 128 + c * PART + h, ByteOrder.LITTLE_ENDIAN);
          low.and(0x0F0F0F0F).or(high.lanewise(LSHL, 4).and(0x30303030))
              .reinterpretAsBytes().sub((byte) 32).intoArray(quants, to);
          others.and(0x0F0F0F0F).or(high.lanewise(LSHL, 2).and(0x30303030))
              .reinterpretAsBytes().sub((byte) 32).intoArray(quants, to + PART);
          low.lanewise(LSHR, 4).and(0x0F0F0F0F).or(high.and(0x30303030))
              .reinterpretAsBytes().sub((byte) 32).intoArray(quants, to + 2 * PART);
          others.lanewise(LSHR, 4).and(0x0F0F0F0F).or(high.lanewise(LSHR, 2).and(0x30303030))
              .reinterpretAsBytes().sub((byte) 32).intoArray(quants, to + 3 * PART);
        }
      }
      block += Q6_BYTES;
    }
  }

  /**
   * Sums unpacked rows, two at a time, which share what is loaded of {@code a}. The innermost loop counts
   * parts: so C2 sees that no index leaves its array.
   */
  static void sum(float[] a, int aAt, int n, Unpacked rows, int count, float[] lanes) {
    var quants = rows.quants();
    var scales = rows.scales();
    for (int r = 0; r < count; r += 2) {
      for (int part = 0; part < HALF; part += L) {
        var s = FloatVector.zero(S);
        var t = FloatVector.zero(S);
        var s2 = FloatVector.zero(S);
        var t2 = FloatVector.zero(S);
        int x = aAt + part;
        int q = r * n + part;
        int q2 = q + n;
        int g = r * n / GROUP;
        int g2 = g + n / GROUP;
        for (int p = 0; p < n / PART; p++) {
          int i = p * PART;
          var lower = of(a, x + i);
          var upper = of(a, x + i + HALF);
          s = lower.fma(toFloats(signed(quants, q + i)).mul(scales[g + 2 * p]), s);
          t = upper.fma(toFloats(signed(quants, q + i + HALF)).mul(scales[g + 2 * p + 1]), t);
          s2 = lower.fma(toFloats(signed(quants, q2 + i)).mul(scales[g2 + 2 * p]), s2);
          t2 = upper.fma(toFloats(signed(quants, q2 + i + HALF)).mul(scales[g2 + 2 * p + 1]), t2);
        }
        store(s, t, s2, t2, lanes, r * PART + part);
      }
    }
  }

  /** The same with a minimum beside each scale. */
  static void sumWithMinima(float[] a, int aAt, int n, Unpacked rows, int count, float[] lanes) {
    var quants = rows.quants();
    var scales = rows.scales();
    var minima = rows.minima();
    for (int r = 0; r < count; r += 2) {
      for (int part = 0; part < HALF; part += L) {
        var s = FloatVector.zero(S);
        var t = FloatVector.zero(S);
        var s2 = FloatVector.zero(S);
        var t2 = FloatVector.zero(S);
        int x = aAt + part;
        int q = r * n + part;
        int q2 = q + n;
        int g = r * n / GROUP;
        int g2 = g + n / GROUP;
        for (int p = 0; p < n / PART; p++) {
          int i = p * PART;
          int j = 2 * p;
          var lower = of(a, x + i);
          var upper = of(a, x + i + HALF);
          s = lower.fma(toFloats(signed(quants, q + i))
              .fma(broadcast(scales[g + j]), broadcast(minima[g + j])), s);
          t = upper.fma(toFloats(signed(quants, q + i + HALF))
              .fma(broadcast(scales[g + j + 1]), broadcast(minima[g + j + 1])), t);
          s2 = lower.fma(toFloats(signed(quants, q2 + i))
              .fma(broadcast(scales[g2 + j]), broadcast(minima[g2 + j])), s2);
          t2 = upper.fma(toFloats(signed(quants, q2 + i + HALF))
              .fma(broadcast(scales[g2 + j + 1]), broadcast(minima[g2 + j + 1])), t2);
        }
        store(s, t, s2, t2, lanes, r * PART + part);
      }
    }
  }

  /** The same with a scale and a minimum for all of a part. */
  static void sumOfParts(float[] a, int aAt, int n, Unpacked rows, int count, float[] lanes) {
    var quants = rows.quants();
    var scales = rows.scales();
    var minima = rows.minima();
    for (int r = 0; r < count; r += 2) {
      for (int part = 0; part < HALF; part += L) {
        var s = FloatVector.zero(S);
        var t = FloatVector.zero(S);
        var s2 = FloatVector.zero(S);
        var t2 = FloatVector.zero(S);
        int x = aAt + part;
        int q = r * n + part;
        int q2 = q + n;
        int g = r * n / PART;
        int g2 = g + n / PART;
        for (int p = 0; p < n / PART; p++) {
          int i = p * PART;
          var lower = of(a, x + i);
          var upper = of(a, x + i + HALF);
          var scale = broadcast(scales[g + p]);
          var minimum = broadcast(minima[g + p]);
          s = lower.fma(toFloats(signed(quants, q + i)).fma(scale, minimum), s);
          t = upper.fma(toFloats(signed(quants, q + i + HALF)).fma(scale, minimum), t);
          scale = broadcast(scales[g2 + p]);
          minimum = broadcast(minima[g2 + p]);
          s2 = lower.fma(toFloats(signed(quants, q2 + i)).fma(scale, minimum), s2);
          t2 = upper.fma(toFloats(signed(quants, q2 + i + HALF)).fma(scale, minimum), t2);
        }
        store(s, t, s2, t2, lanes, r * PART + part);
      }
    }
  }

  private static void store(FloatVector s, FloatVector t, FloatVector s2, FloatVector t2, float[] lanes,
      int at) {
    s.intoArray(lanes, at);
    t.intoArray(lanes, at + HALF);
    s2.intoArray(lanes, at + PART);
    t2.intoArray(lanes, at + PART + HALF);
  }

  private static FloatVector of(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }
}
