package linnet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The scalar definition of every {@link DType}: what the bytes of stored elements mean, little-endian, at any
 * alignment.
 *
 * <p>Every type but F64, I64 and I32 decodes to F32 exactly as stored; of the block types, products of scales
 * and quants are exact, and a minimum is added with one rounding, as in ggml.
 */
public final class Codec {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Codec() {}

  /**
   * Decodes elements {@code [element, element + n)} of {@code bytes} to {@code out[at…]}. F64, I64 and I32
   * are rounded to F32.
   *
   * @throws IndexOutOfBoundsException if the elements do not lie in {@code bytes}, or {@code out} is too
   *     short
   */
  public static void decode(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n) {
    switch (dtype) {
      case F64 -> {
        for (int i = 0; i < n; i++) {
          out[at + i] = (float) bytes.get(DOUBLE, (element + i) * 8);
        }
      }
      case F32 -> MemorySegment.copy(bytes, FLOAT, element * 4, out, at, n);
      case F16 -> {
        for (int i = 0; i < n; i++) {
          out[at + i] = Float.float16ToFloat(bytes.get(SHORT, (element + i) * 2));
        }
      }
      case BF16 -> {
        for (int i = 0; i < n; i++) {
          out[at + i] = bfloat16ToFloat(bytes.get(SHORT, (element + i) * 2));
        }
      }
      case I64, I32, U8 -> {
        var integers = new long[n];
        decode(dtype, bytes, element, integers, 0, n);
        for (int i = 0; i < n; i++) {
          out[at + i] = integers[i];
        }
      }
      default -> decodeBlocks(dtype, bytes, element, out, at, n);
    }
  }

  /**
   * Decodes elements {@code [element, element + n)} of {@code bytes} to {@code out[at…]}.
   *
   * @throws IndexOutOfBoundsException if the elements do not lie in {@code bytes}, or {@code out} is too
   *     short
   */
  public static void decode(DType dtype, MemorySegment bytes, long element, double[] out, int at, int n) {
    if (dtype == DType.F64) {
      MemorySegment.copy(bytes, DOUBLE, element * 8, out, at, n);
    } else if (dtype.isInteger()) {
      var integers = new long[n];
      decode(dtype, bytes, element, integers, 0, n);
      for (int i = 0; i < n; i++) {
        out[at + i] = integers[i];
      }
    } else {
      var floats = new float[n];
      decode(dtype, bytes, element, floats, 0, n);
      for (int i = 0; i < n; i++) {
        out[at + i] = floats[i];
      }
    }
  }

  /**
   * Decodes elements {@code [element, element + n)} of an integer type to {@code out[at…]}.
   *
   * @throws IllegalArgumentException if the type is not an integer one
   * @throws IndexOutOfBoundsException if the elements do not lie in {@code bytes}, or {@code out} is too
   *     short
   */
  public static void decode(DType dtype, MemorySegment bytes, long element, long[] out, int at, int n) {
    for (int i = 0; i < n; i++) {
      out[at + i] = switch (dtype) {
        case I64 -> bytes.get(LONG, (element + i) * 8);
        case I32 -> bytes.get(INT, (element + i) * 4);
        case U8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, element + i));
        default ->
            throw new IllegalArgumentException(
                dtype + " does not hold integers: decode it to float[] or double[]");
      };
    }
  }

  /**
   * Encodes {@code values[at…at + n)} as elements {@code [element, element + n)} of {@code bytes}, rounding
   * to nearest even; NaN stays NaN, and what is too large becomes infinite.
   *
   * @throws IllegalArgumentException if the type is not F64, F32, F16 or BF16
   * @throws IndexOutOfBoundsException if the elements do not lie in {@code bytes}, or {@code values} is too
   *     short
   */
  public static void encode(DType dtype, float[] values, int at, int n, MemorySegment bytes, long element) {
    switch (dtype) {
      case F64 -> {
        for (int i = 0; i < n; i++) {
          bytes.set(DOUBLE, (element + i) * 8, values[at + i]);
        }
      }
      case F32 -> MemorySegment.copy(values, at, bytes, FLOAT, element * 4, n);
      case F16 -> {
        for (int i = 0; i < n; i++) {
          bytes.set(SHORT, (element + i) * 2, Float.floatToFloat16(values[at + i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < n; i++) {
          bytes.set(SHORT, (element + i) * 2, floatToBfloat16(values[at + i]));
        }
      }
      default ->
          throw new IllegalArgumentException("real numbers are encoded as F64, F32, F16 or BF16, not "
              + dtype);
    }
  }

  /**
   * Encodes {@code values[at…at + n)} as elements {@code [element, element + n)} of {@code bytes}, rounding
   * once, to nearest even; NaN stays NaN, and what is too large becomes infinite.
   *
   * @throws IllegalArgumentException if the type is not F64, F32, F16 or BF16
   * @throws IndexOutOfBoundsException if the elements do not lie in {@code bytes}, or {@code values} is too
   *     short
   */
  public static void encode(DType dtype, double[] values, int at, int n, MemorySegment bytes, long element) {
    if (dtype == DType.F64) {
      MemorySegment.copy(values, at, bytes, DOUBLE, element * 8, n);
      return;
    }
    var floats = new float[n];
    for (int i = 0; i < n; i++) {
      floats[i] = dtype == DType.F32 ? (float) values[at + i] : toOddFloat(values[at + i]);
    }
    encode(dtype, floats, 0, n, bytes, element);
  }

  /**
   * The value that {@code value} has after being stored as {@code dtype}.
   *
   * @throws IllegalArgumentException if the type is not F64, F32, F16 or BF16
   */
  public static double round(DType dtype, double value) {
    return switch (dtype) {
      case F64 -> value;
      case F32 -> (float) value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(toOddFloat(value)));
      case BF16 -> bfloat16ToFloat(floatToBfloat16(toOddFloat(value)));
      default ->
          throw new IllegalArgumentException("real numbers are rounded to F64, F32, F16 or BF16, not "
              + dtype);
    };
  }

  /**
   * Whether the scales of the block that begins {@code start} bytes into {@code bytes} are finite; then so
   * are all of its values.
   *
   * @throws IllegalArgumentException if the type has no blocks
   */
  public static boolean hasFiniteScales(DType dtype, MemorySegment bytes, long start) {
    return BlockCodec.hasFiniteScales(dtype, bytes, start);
  }

  /** The F32 value of bfloat16 bits: exact. */
  public static float bfloat16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /**
   * The bfloat16 bits nearest to {@code value}, ties to even; NaN stays NaN, with its sign, and becomes
   * quiet.
   */
  public static short floatToBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (value != value) {
      return (short) (bits >>> 16 | 0x40); // the quiet bit: a payload in the lower half alone must not vanish
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /**
   * {@code value} rounded to odd: the neighbour whose last bit is 1 where it is no F32 itself. Rounding that
   * once more, to a type of at least two bits less, gives what rounding {@code value} directly would (Boldo
   * and Melquiond, "When double rounding is odd", 2005).
   */
  private static float toOddFloat(double value) {
    float nearest = (float) value;
    int bits = Float.floatToRawIntBits(nearest);
    if (nearest == value || value != value || (bits & 1) == 1) {
      return nearest;
    }
    return Float.intBitsToFloat(Math.abs(nearest) > Math.abs(value) ? bits - 1 : bits + 1);
  }

  private static void decodeBlocks(DType dtype, MemorySegment bytes, long element, float[] out, int at,
      int n) {
    int size = dtype.elementsPerBlock();
    for (int i = 0; i < n; i++) {
      long block = (element + i) / size;
      int within = (int) (element + i - block * size);
      out[at + i] = BlockCodec.value(dtype, bytes, block * dtype.bytesPerBlock(), within);
    }
  }
}
