package linnet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/** Blocks of quantised weights with quants of any bits. */
public final class RandomBlocks {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RandomBlocks() {}

  /** All block types. */
  public static List<DType> types() {
    return Arrays.stream(DType.values()).filter(DType::isQuantized).toList();
  }

  /** What the length of a row must be a multiple of. */
  public static int rowUnit(DType dtype) {
    return dtype == DType.NF4 ? 1 : dtype.elementsPerBlock();
  }

  /**
   * Fills a segment.
   *
   * @param bits of the quants; the lowest eight of each are used
   * @param size what the largest values of a block may come to
   */
  public static void fill(DType dtype, MemorySegment bytes, IntSupplier bits, DoubleSupplier size) {
    for (long i = 0; i < bytes.byteSize(); i++) {
      bytes.set(ValueLayout.JAVA_BYTE, i, (byte) bits.getAsInt());
    }
    for (long block = 0; block < bytes.byteSize(); block += dtype.bytesPerBlock()) {
      switch (dtype) {
        case Q8_0 -> scales(bytes, size, 128, block);
        case Q4_0 -> scales(bytes, size, 8, block);
        case Q4_1 -> scales(bytes, size, 16, block, block + 2);
        case Q5_0 -> scales(bytes, size, 16, block);
        case Q5_1 -> scales(bytes, size, 32, block, block + 2);
        case IQ4_NL -> scales(bytes, size, 127, block);
        case Q2_K -> scales(bytes, size, 15 * 4, block + 80, block + 82);
        case Q3_K -> scales(bytes, size, 32 * 4, block + 108);
        case Q4_K -> scales(bytes, size, 63 * 16, block, block + 2);
        case Q5_K -> scales(bytes, size, 63 * 32, block, block + 2);
        case Q6_K -> scales(bytes, size, 128 * 32, block + 208);
        case INT8 -> scales(bytes, size, 1, block);
        case NF4 -> {
          bytes.set(FLOAT, block, (float) size.getAsDouble() / 2);
          bytes.set(FLOAT, block + 4, (float) size.getAsDouble() / 2);
        }
        default -> throw new IllegalArgumentException(dtype + " has no blocks");
      }
    }
  }

  private static void scales(MemorySegment bytes, DoubleSupplier size, int most, long... places) {
    for (long place : places) {
      bytes.set(SHORT, place, Float.floatToFloat16((float) size.getAsDouble() / most));
    }
  }
}
