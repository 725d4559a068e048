package linnet.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The scalar definition of the block types: the value of one element. Those of GGUF are ggml's ({@code
 * ggml-common.h}, {@code ggml-quants.c}). In blocks of 32, byte j holds element j in its low half and element
 * j + 16 in its high half. In blocks of 256, parts of 32 elements lie in the same bits of 32 neighbouring
 * bytes.
 */
final class BlockCodec {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int PART = 32;
  private static final float INT8_STEP = 1 / 127f;

  private static final int[] IQ4_NL =
      {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

  private BlockCodec() {}

  /** Element {@code i} of the block that begins {@code at} bytes into {@code b}. */
  static float value(DType dtype, MemorySegment b, long at, int i) {
    return switch (dtype) {
      case Q8_0 -> half(b, at) * b.get(JAVA_BYTE, at + 2 + i);
      case Q4_0 -> half(b, at) * (nibble(b, at + 2, i) - 8);
      case Q4_1 -> half(b, at) * nibble(b, at + 4, i) + half(b, at + 2);
      case Q5_0 -> half(b, at) * ((nibble(b, at + 6, i) | fifthBit(b, at + 2, i)) - 16);
      case Q5_1 -> half(b, at) * (nibble(b, at + 8, i) | fifthBit(b, at + 4, i)) + half(b, at + 2);
      case IQ4_NL -> half(b, at) * IQ4_NL[nibble(b, at + 2, i)];
      case Q2_K -> q2k(b, at, i);
      case Q3_K -> q3k(b, at, i);
      case Q4_K -> withMinimum(b, at, i / PART, bits(b, at + 16 + i / 64 * PART, i, i / PART % 2 * 4, 4));
      case Q5_K -> withMinimum(b, at, i / PART, bits(b, at + 48 + i / 64 * PART, i, i / PART % 2 * 4, 4)
          | bits(b, at + 16, i, i / PART, 1) << 4);
      case Q6_K -> q6k(b, at, i);
      case NF4 -> NormalFloat.value(b, at, i);
      case INT8 -> b.get(JAVA_BYTE, at + 2 + i) * half(b, at) * INT8_STEP;
      case F64, F32, F16, BF16, I64, I32, U8 -> throw new IllegalArgumentException(dtype + " has no blocks");
    };
  }

  /** As {@link Codec#hasFiniteScales}. */
  static boolean hasFiniteScales(DType dtype, MemorySegment b, long at) {
    return switch (dtype) {
      case Q8_0, Q4_0, Q5_0, IQ4_NL, INT8 -> isFinite(b, at);
      case Q4_1, Q5_1, Q4_K, Q5_K -> isFinite(b, at) && isFinite(b, at + 2);
      case Q2_K -> isFinite(b, at + 80) && isFinite(b, at + 82);
      case Q3_K -> isFinite(b, at + 108);
      case Q6_K -> isFinite(b, at + 208);
      case NF4 -> NormalFloat.isFinite(b, at);
      case F64, F32, F16, BF16, I64, I32, U8 -> throw new IllegalArgumentException(dtype + " has no blocks");
    };
  }

  private static float q2k(MemorySegment b, long at, int i) {
    int scales = b.get(JAVA_BYTE, at + i / 16);
    return half(b, at + 80) * (scales & 0xF) * quarter(b, at + 16, i)
        - half(b, at + 82) * (scales >> 4 & 0xF);
  }

  private static float q3k(MemorySegment b, long at, int i) {
    int quant = quarter(b, at + 32, i) - (1 - bits(b, at, i, i / PART, 1) << 2);
    return half(b, at + 108) * q3kScale(b, at + 96, i / 16) * quant;
  }

  /** Of 16 scales of 6 bits, the low 4 lie in 8 bytes, two in each, the high 2 in 4 bytes, four in each. */
  private static int q3kScale(MemorySegment b, long scales, int group) {
    int low = b.get(JAVA_BYTE, scales + group % 8) >> group / 8 * 4 & 0xF;
    int high = b.get(JAVA_BYTE, scales + 8 + group % 4) >> group / 4 * 2 & 3;
    return (low | high << 4) - 32;
  }

  private static float q6k(MemorySegment b, long at, int i) {
    int low = bits(b, at + i / 128 * 64 + i / PART % 2 * PART, i, i / 64 % 2 * 4, 4);
    int quant = (low | quarter(b, at + 128, i) << 4) - 32;
    return half(b, at + 208) * b.get(JAVA_BYTE, at + 192 + i / 16) * quant;
  }

  /** Of Q4_K and Q5_K: d·s·q − e·m. */
  private static float withMinimum(MemorySegment b, long at, int part, int quant) {
    return half(b, at) * partScale(b, at + 4, part) * quant - half(b, at + 2) * partMinimum(b, at + 4, part);
  }

  /** Of 8 scales and 8 minima of 6 bits, those of the last four lie in nibbles and high bits of others. */
  private static int partScale(MemorySegment b, long scales, int part) {
    return part < 4 ? b.get(JAVA_BYTE, scales + part) & 63
        : b.get(JAVA_BYTE, scales + part + 4) & 0xF | (b.get(JAVA_BYTE, scales + part - 4) >> 6 & 3) << 4;
  }

  private static int partMinimum(MemorySegment b, long scales, int part) {
    return part < 4 ? b.get(JAVA_BYTE, scales + part + 4) & 63
        : b.get(JAVA_BYTE, scales + part + 4) >> 4 & 0xF | (b.get(JAVA_BYTE, scales + part) >> 6 & 3) << 4;
  }

  /** Two bits of element i where 32 bytes hold four parts of 32 elements. */
  private static int quarter(MemorySegment b, long at, int i) {
    return bits(b, at + i / 128 * PART, i, i / PART % 4 * 2, 2);
  }

  /** {@code count} bits from {@code shift} on of the byte of element i within its part. */
  private static int bits(MemorySegment b, long at, int i, int shift, int count) {
    return b.get(JAVA_BYTE, at + i % PART) >> shift & (1 << count) - 1;
  }

  private static int nibble(MemorySegment b, long at, int i) {
    return b.get(JAVA_BYTE, at + i % 16) >> i / 16 * 4 & 0xF;
  }

  private static int fifthBit(MemorySegment b, long at, int i) {
    return (b.get(INT, at) >>> i & 1) << 4;
  }

  private static float half(MemorySegment b, long at) {
    return Float.float16ToFloat(b.get(SHORT, at));
  }

  private static boolean isFinite(MemorySegment b, long at) {
    return Float.isFinite(half(b, at));
  }
}
