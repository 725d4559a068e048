package linnet.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The 4-bit NormalFloat of QLoRA (Dettmers et al., "QLoRA: Efficient Finetuning of Quantized LLMs", 2023) as
 * bitsandbytes defines it, its scales quantised once more.
 *
 * <p>64 weights share a scale; a weight is that times one of 16 numbers. 256 scales share a factor: a scale
 * is {@code map[code] · factor + offset}, both rounded to F32, where {@code map} are 256 numbers (Dettmers,
 * "8-Bit Approximations for Parallelism in Deep Learning", 2015) and the offset is one for the whole tensor.
 * A block of {@link DType#NF4} is what shares a factor, {@value #ELEMENTS} weights in {@value #BYTES} bytes:
 * factor and offset, as F32, then of each 64 weights the code of their scale and 32 bytes, whose low halves
 * are the first 32 weights. A tensor's last block ends after the 64 weights that its last element is one of.
 */
public final class NormalFloat {
  /** Weights that share a scale. */
  public static final int RUN = 64;
  /** Scales that share a factor. */
  public static final int SCALES = 256;
  /** Weights of a block. */
  public static final int ELEMENTS = RUN * SCALES;
  /** Bytes of factor and offset. */
  public static final int HEAD = 2 * Float.BYTES;
  /** Bytes of 64 weights: the code of their scale, and their own. */
  public static final int RUN_BYTES = 1 + RUN / 2;
  /** Bytes of a block. */
  public static final int BYTES = HEAD + SCALES * RUN_BYTES;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int EXPONENTS = 7;

  /** Quantiles of the normal distribution, zero among them, scaled to ±1. */
  private static final float[] VALUES = {-1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
      -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0, 0.07958029955625534f,
      0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f,
      0.5626170039176941f, 0.7229568362236023f, 1};
  private static final float[] MAP = map();

  private NormalFloat() {}

  /** The 16 numbers that a weight's scale is multiplied by, in order. */
  public static float[] values() {
    return VALUES.clone();
  }

  /** The 256 numbers that a scale is made of, in order. */
  public static float[] scaleMap() {
    return MAP.clone();
  }

  /**
   * Bytes of a tensor.
   *
   * @throws ArithmeticException if they overflow
   */
  static long bytes(long elements) {
    long blocks = Math.multiplyExact(elements / ELEMENTS, (long) BYTES);
    int rest = Math.ceilDiv((int) (elements % ELEMENTS), RUN);
    return rest == 0 ? blocks : Math.addExact(blocks, HEAD + (long) rest * RUN_BYTES);
  }

  /**
   * The scale of 64 weights.
   *
   * @param block the byte at which their block begins
   * @param run which 64 weights of the block
   */
  public static float scale(MemorySegment bytes, long block, int run) {
    int code = bytes.get(JAVA_BYTE, block + HEAD + (long) run * RUN_BYTES) & 0xFF;
    return MAP[code] * bytes.get(FLOAT, block) + bytes.get(FLOAT, block + Float.BYTES);
  }

  /** Element {@code i} of the block that begins at byte {@code block}. */
  static float value(MemorySegment bytes, long block, int i) {
    int pair = bytes.get(JAVA_BYTE, block + HEAD + i / RUN * RUN_BYTES + 1 + i % (RUN / 2));
    int nibble = (i % RUN < RUN / 2 ? pair : pair >> 4) & 0xF;
    return VALUES[nibble] * scale(bytes, block, i / RUN);
  }

  /** Whether every scale that factor and offset of a block can make is finite. */
  static boolean isFinite(MemorySegment bytes, long block) {
    float factor = bytes.get(FLOAT, block);
    float offset = bytes.get(FLOAT, block + Float.BYTES);
    return Float.isFinite(Math.abs(factor) + Math.abs(offset));
  }

  /** 0, 1, and of each sign and power of ten, twice as many steps as of the one below: their middles. */
  private static float[] map() {
    var map = new float[SCALES];
    map[1] = 1;
    int n = 2;
    for (int e = 0; e < EXPONENTS; e++) {
      float power = (float) Math.pow(10, e + 1 - EXPONENTS);
      int steps = 1 << e;
      for (int i = 0; i < steps; i++) {
        float mean = (end(i, steps) + end(i + 1, steps)) / 2;
        map[n++] = power * mean;
        map[n++] = -power * mean;
      }
    }
    Arrays.sort(map);
    return map;
  }

  /** End i of {@code steps} equal steps from 0.1 to 1, from the nearer side, as PyTorch rounds them. */
  private static float end(int i, int steps) {
    float step = (1 - 0.1f) / steps;
    return i < (steps + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, steps - i, 1);
  }
}
