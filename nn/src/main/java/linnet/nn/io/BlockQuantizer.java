package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import linnet.tensor.DType;

/**
 * Rounds numbers to ggml's blocks of 32, to the bit as its reference code does ({@code quantize_row_q8_0_ref}
 * and {@code quantize_row_q4_0_ref} of ggml-quants.c) and the {@code gguf} package after it: every step in
 * F32.
 */
final class BlockQuantizer {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int BLOCK = 32;
  private static final int SCALE_BYTES = 2;

  private BlockQuantizer() {}

  /** Whether {@link #encode} writes a type. */
  static boolean writes(DType dtype) {
    return dtype == DType.Q8_0 || dtype == DType.Q4_0;
  }

  /**
   * Encodes whole blocks.
   *
   * @param dtype Q8_0 or Q4_0
   * @param values finite numbers
   * @param n how many of them, a multiple of 32
   * @param out takes the blocks from its start
   * @return the index of a number that is too large for the scale of its block, or -1
   */
  static int encode(DType dtype, float[] values, int n, MemorySegment out) {
    for (int at = 0; at < n; at += BLOCK) {
      var block = out.asSlice((long) at / BLOCK * dtype.bytesPerBlock(), dtype.bytesPerBlock());
      int largest = largest(values, at);
      float scale = dtype == DType.Q8_0
          ? Math.abs(values[largest]) / Byte.MAX_VALUE : values[largest] / -8;
      short rounded = Float.floatToFloat16(scale);
      if (!Float.isFinite(Float.float16ToFloat(rounded))) {
        return largest;
      }
      block.set(SHORT, 0, rounded);
      float inverse = scale == 0 ? 0 : 1 / scale;
      if (dtype == DType.Q8_0) {
        bytes(values, at, inverse, block);
      } else {
        nibbles(values, at, inverse, block);
      }
    }
    return -1;
  }

  /** The first of those that are farthest from zero. */
  private static int largest(float[] values, int at) {
    int largest = at;
    for (int i = at + 1; i < at + BLOCK; i++) {
      if (Math.abs(values[i]) > Math.abs(values[largest])) {
        largest = i;
      }
    }
    return largest;
  }

  private static void bytes(float[] values, int at, float inverse, MemorySegment block) {
    for (int i = 0; i < BLOCK; i++) {
      block.set(ValueLayout.JAVA_BYTE, SCALE_BYTES + i, (byte) round(values[at + i] * inverse));
    }
  }

  /** Halves away from zero. */
  private static float round(float x) {
    float size = Math.abs(x);
    float below = (float) Math.floor(size);
    return Math.copySign(below + (float) Math.floor(2 * (size - below)), x);
  }

  private static void nibbles(float[] values, int at, float inverse, MemorySegment block) {
    for (int i = 0; i < BLOCK / 2; i++) {
      int low = nibble(values[at + i] * inverse);
      int high = nibble(values[at + BLOCK / 2 + i] * inverse);
      block.set(ValueLayout.JAVA_BYTE, SCALE_BYTES + i, (byte) (low | high << 4));
    }
  }

  private static int nibble(float x) {
    return Math.min((int) (x + 8.5f), 15);
  }
}
