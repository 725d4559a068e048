package linnet.tensor.vector;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static linnet.tensor.vector.PlainDots.PAIRS;
import static linnet.tensor.vector.PlainDots.store;
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
 * VectorSuperBlocks}. A row is unpacked to a byte a quant and a scale for 16, which one loop for all types then
 * multiplies: bits are picked from four quants an integer, and no method has more vector operations than C2
 * inlines.
 */
final class SuperBlockDots {
  private static final int PART = VectorBlocks.PART;
  private static final int HALF = PART / 2;
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
  private static final long SIGNS = 0x8080808080808080L;
  /** The bytes of a part, or half of them. */
  private static final VectorSpecies<Integer> Q = L == 4 ? IntVector.SPECIES_128 : IntVector.SPECIES_256;

  private SuperBlockDots() {}

  static void q2(MemorySegment b, long first, int n, Unpacked row) {
    long block = first / ELEMENTS * Q2_BYTES;
    var quants = row.quants();
    for (int i = 0; i < n; i += ELEMENTS) {
      long codes = b.get(Native.I64, block);
      long others = b.get(Native.I64, block + 8);
      row.scales(i / HALF, half(b, block + 80), codes & NIBBLES, others & NIBBLES);
      row.minima(i / HALF, -half(b, block + 82), codes >>> 4 & NIBBLES, others >>> 4 & NIBBLES);
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

  static void q3(MemorySegment b, long first, int n, Unpacked row) {
    long block = first / ELEMENTS * Q3_BYTES;
    var quants = row.quants();
    for (int i = 0; i < n; i += ELEMENTS) {
      long codes = b.get(Native.I64, block + 96);
      long high = Integer.toUnsignedLong(b.get(Native.I32, block + 104));
      long upper = high | high >>> 2 << 32;
      row.scales(i / HALF, half(b, block + 108), less32(codes & NIBBLES | (upper & TWO_BITS) << 4),
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

  static void q4(MemorySegment b, long first, int n, Unpacked row) {
    long block = first / ELEMENTS * Q4_BYTES;
    var quants = row.quants();
    for (int i = 0; i < n; i += ELEMENTS) {
      partScales(b, block, i / HALF, row);
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

  static void q5(MemorySegment b, long first, int n, Unpacked row) {
    long block = first / ELEMENTS * Q5_BYTES;
    var quants = row.quants();
    for (int i = 0; i < n; i += ELEMENTS) {
      partScales(b, block, i / HALF, row);
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
  private static void partScales(MemorySegment b, long block, int to, Unpacked row) {
    int low = b.get(Native.I32, block + 4);
    int lowMinima = b.get(Native.I32, block + 8);
    int nibbles = b.get(Native.I32, block + 12);
    row.scales(to, half(b, block), twice(low & 0x3F3F3F3F),
        twice(nibbles & 0x0F0F0F0F | low >>> 2 & 0x30303030));
    row.minima(to, -half(b, block + 2), twice(lowMinima & 0x3F3F3F3F),
        twice(nibbles >>> 4 & 0x0F0F0F0F | lowMinima >>> 2 & 0x30303030));
  }

  /** Each of four bytes twice in a row. */
  private static long twice(int bytes) {
    long apart = Integer.toUnsignedLong(bytes);
    apart = (apart | apart << 16) & 0x0000FFFF0000FFFFL;
    apart = (apart | apart << 8) & 0x00FF00FF00FF00FFL;
    return apart | apart << 8;
  }

  static void q6(MemorySegment b, long first, int n, Unpacked row) {
    long block = first / ELEMENTS * Q6_BYTES;
    var quants = row.quants();
    for (int i = 0; i < n; i += ELEMENTS) {
      row.scales(i / HALF, half(b, block + 208), b.get(Native.I64, block + 192),
          b.get(Native.I64, block + 200));
      for (int c = 0; c < 2; c++) {
        for (int h = 0; h < PART; h += Q.vectorByteSize()) {
          int to = i + c * SPREAD + h;
          long at = block + c * 2 * PART + h;
          var low = IntVector.fromMemorySegment(Q, b, at, ByteOrder.LITTLE_ENDIAN);
          var others = IntVector.fromMemorySegment(Q, b, at + PART, ByteOrder.LITTLE_ENDIAN);
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

  /** Sums an unpacked row. */
  static void sum(float[] a, int aAt, int n, MemorySegment b, long first, int part, float[] lanes,
      Unpacked row) {
    var quants = row.quants();
    var scales = row.scales();
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = part; i < n; i += PART) {
      int x = aAt + i;
      int g = i >>> 4; // for 16 quants each
      var scale = broadcast(scales[g]);
      s0 = of(a, x).fma(toFloats(signed(quants, i)).mul(scale), s0);
      if (PAIRS) {
        s1 = of(a, x + L).fma(toFloats(signed(quants, i + L)).mul(scale), s1);
      }
      scale = broadcast(scales[g + 1]);
      t0 = of(a, x + HALF).fma(toFloats(signed(quants, i + HALF)).mul(scale), t0);
      if (PAIRS) {
        t1 = of(a, x + HALF + L).fma(toFloats(signed(quants, i + HALF + L)).mul(scale), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  /** The same with minima. */
  static void sumWithMinima(float[] a, int aAt, int n, MemorySegment b, long first, int part, float[] lanes,
      Unpacked row) {
    var quants = row.quants();
    var scales = row.scales();
    var minima = row.minima();
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    for (int i = part; i < n; i += PART) {
      int x = aAt + i;
      int g = i >>> 4; // for 16 quants each
      var scale = broadcast(scales[g]);
      var minimum = broadcast(minima[g]);
      s0 = of(a, x).fma(toFloats(signed(quants, i)).fma(scale, minimum), s0);
      if (PAIRS) {
        s1 = of(a, x + L).fma(toFloats(signed(quants, i + L)).fma(scale, minimum), s1);
      }
      scale = broadcast(scales[g + 1]);
      minimum = broadcast(minima[g + 1]);
      t0 = of(a, x + HALF).fma(toFloats(signed(quants, i + HALF)).fma(scale, minimum), t0);
      if (PAIRS) {
        t1 = of(a, x + HALF + L).fma(toFloats(signed(quants, i + HALF + L)).fma(scale, minimum), t1);
      }
    }
    store(s0, s1, t0, t1, lanes, part);
  }

  private static FloatVector of(float[] a, int at) {
    return FloatVector.fromArray(S, a, at);
  }
}
