package linnet.nn.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.foreign.ValueLayout.OfLong;
import java.nio.ByteOrder;
import java.util.stream.LongStream;
import linnet.nn.io.StoredTensor;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/**
 * Looks for values that are infinite or not a number in stored tensors, which are those whose exponent bits
 * are all ones, eight bytes at a time and in parts that threads can share: a model is read once when it is
 * loaded, so this must cost no more than the reading.
 */
final class FiniteCheck {
  private static final OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long SIXTEENS = 0x0001_0001_0001_0001L;
  private static final long THIRTY_TWOS = 0x0000_0001_0000_0001L;
  private static final int F16_EXPONENT = 0x7C00;
  /** Bytes that one thread looks at before it takes the next, but for a piece of a block. */
  private static final long PART = 1 << 20;

  private FiniteCheck() {}

  static boolean allFinite(StoredTensor tensor) {
    return LongStream.range(0, parts(tensor)).parallel().allMatch(part -> isFinite(tensor, part));
  }

  /** How many parts a tensor has; none where its type has no such values. */
  static long parts(StoredTensor tensor) {
    return switch (tensor.dtype()) {
      case I64, I32, U8 -> 0;
      default -> Math.ceilDiv(tensor.bytes().byteSize(), partBytes(tensor.dtype()));
    };
  }

  /** Whether no value of a part is infinite or not a number. */
  static boolean isFinite(StoredTensor tensor, long part) {
    long size = partBytes(tensor.dtype());
    long from = part * size;
    var bytes = tensor.bytes().asSlice(from, Math.min(size, tensor.bytes().byteSize() - from));
    return switch (tensor.dtype()) {
      case F64 -> plain(bytes, 0x7FF0_0000_0000_0000L, 1);
      case F32 -> plain(bytes, 0x7F80_0000 * THIRTY_TWOS, THIRTY_TWOS);
      case F16 -> plain(bytes, F16_EXPONENT * SIXTEENS, SIXTEENS);
      case BF16 -> plain(bytes, 0x7F80 * SIXTEENS, SIXTEENS);
      case I64, I32, U8 -> true;
      default -> scales(bytes, tensor.dtype());
    };
  }

  private static long partBytes(DType dtype) {
    return PART / dtype.bytesPerBlock() * dtype.bytesPerBlock();
  }

  /**
   * Whether no element has all bits of its exponent set. Where it has, the exponent's complement is zero, and
   * taking one from a zero borrows into the sign bit, which the complement never has.
   *
   * @param exponents the bits of the exponents in a word of several elements
   * @param ones the lowest bit of each element
   */
  private static boolean plain(MemorySegment bytes, long exponents, long ones) {
    long whole = bytes.byteSize() / Long.BYTES * Long.BYTES;
    long found = 0;
    for (long at = 0; at < whole; at += Long.BYTES) {
      found |= (~bytes.get(WORD, at) & exponents) - ones;
    }
    long last = 0; // zeros are finite
    for (long at = bytes.byteSize() - 1; at >= whole; at--) {
      last = last << Byte.SIZE | bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }
    found |= (~last & exponents) - ones;
    long signs = Long.rotateRight(ones, 1); // the highest bit of each element
    return (found & signs) == 0;
  }

  private static boolean scales(MemorySegment bytes, DType dtype) {
    for (long block = 0; block < bytes.byteSize(); block += dtype.bytesPerBlock()) {
      if (!Codec.hasFiniteScales(dtype, bytes, block)) {
        return false;
      }
    }
    return true;
  }
}
