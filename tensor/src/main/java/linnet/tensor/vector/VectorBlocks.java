package linnet.tensor.vector;

import static linnet.tensor.vector.Native.SHORT;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.broadcast;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorOperators.Conversion;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import linnet.tensor.DType;

/** Decodes blocks of quantised weights, as {@link linnet.tensor.Codec} defines them, on the Vector API. */
final class VectorBlocks {
  private static final int BLOCK = DType.Q4_1.elementsPerBlock();
  private static final int SCALE_BYTES = 2;
  /**
   * As many bytes as F32 lanes, but for the smallest vectors: there are none of four bytes, so half are used.
   */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * L)));
  private static final int STEP = B.length();

  private VectorBlocks() {}

  /** {@code out[at…at + n)} = elements [element, element + n), which need not begin or end with a block. */
  static void decode(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n) {
    long block = element / BLOCK;
    int skipped = (int) (element % BLOCK);
    if (skipped == 0 && n % BLOCK == 0) {
      whole(dtype, bytes, block, n / BLOCK, out, at);
      return;
    }
    int blocks = (skipped + n + BLOCK - 1) / BLOCK;
    var covering = new float[blocks * BLOCK];
    whole(dtype, bytes, block, blocks, covering, 0);
    System.arraycopy(covering, skipped, out, at, n);
  }

  private static void whole(DType dtype, MemorySegment bytes, long block, int blocks, float[] out, int at) {
    long start = block * dtype.bytesPerBlock();
    switch (dtype) {
      case Q8_0 -> q8(bytes, start, blocks, out, at);
      case Q4_0 -> q4(bytes, start, blocks, out, at);
      case Q4_1 -> q4WithMinimum(bytes, start, blocks, out, at);
      default -> throw new IllegalArgumentException(dtype + " has no blocks");
    }
  }

  private static void q8(MemorySegment bytes, long start, int blocks, float[] out, int at) {
    for (int b = 0; b < blocks; b++) {
      long from = start + (long) b * DType.Q8_0.bytesPerBlock();
      int to = at + b * BLOCK;
      var scale = broadcast(half(bytes, from));
      for (int i = 0; i < BLOCK; i += STEP) {
        var quants = load(bytes, from + SCALE_BYTES + i);
        toFloats(widen(quants, VectorOperators.B2I, 0)).mul(scale).intoArray(out, to + i);
        if (STEP > L) {
          toFloats(widen(quants, VectorOperators.B2I, 1)).mul(scale).intoArray(out, to + i + L);
        }
      }
    }
  }

  private static void q4(MemorySegment bytes, long start, int blocks, float[] out, int at) {
    for (int b = 0; b < blocks; b++) {
      long from = start + (long) b * DType.Q4_0.bytesPerBlock();
      int to = at + b * BLOCK;
      var scale = broadcast(half(bytes, from));
      for (int i = 0; i < BLOCK / 2; i += STEP) {
        var pairs = load(bytes, from + SCALE_BYTES + i);
        putQ4(widen(pairs, VectorOperators.ZERO_EXTEND_B2I, 0), scale, out, to + i);
        if (STEP > L) {
          putQ4(widen(pairs, VectorOperators.ZERO_EXTEND_B2I, 1), scale, out, to + i + L);
        }
      }
    }
  }

  private static void putQ4(IntVector pairs, FloatVector scale, float[] out, int at) {
    toFloats(pairs.and(0xF).sub(8)).mul(scale).intoArray(out, at);
    toFloats(pairs.lanewise(VectorOperators.LSHR, 4).sub(8)).mul(scale).intoArray(out, at + BLOCK / 2);
  }

  private static void q4WithMinimum(MemorySegment bytes, long start, int blocks, float[] out, int at) {
    for (int b = 0; b < blocks; b++) {
      long from = start + (long) b * DType.Q4_1.bytesPerBlock();
      int to = at + b * BLOCK;
      var scale = broadcast(half(bytes, from));
      var minimum = broadcast(half(bytes, from + SCALE_BYTES));
      for (int i = 0; i < BLOCK / 2; i += STEP) {
        var pairs = load(bytes, from + 2 * SCALE_BYTES + i);
        putQ4(widen(pairs, VectorOperators.ZERO_EXTEND_B2I, 0), scale, minimum, out, to + i);
        if (STEP > L) {
          putQ4(widen(pairs, VectorOperators.ZERO_EXTEND_B2I, 1), scale, minimum, out, to + i + L);
        }
      }
    }
  }

  /** The products are exact, so that fused or not is the same. */
  private static void putQ4(IntVector pairs, FloatVector scale, FloatVector minimum, float[] out, int at) {
    toFloats(pairs.and(0xF)).fma(scale, minimum).intoArray(out, at);
    toFloats(pairs.lanewise(VectorOperators.LSHR, 4)).fma(scale, minimum).intoArray(out, at + BLOCK / 2);
  }

  /** Bytes [at + second·L, at + second·L + L) as integers; {@code second} is 0 or 1. */
  static IntVector widen(MemorySegment bytes, long at, int second, Conversion<Byte, Integer> conversion) {
    return STEP > L ? widen(load(bytes, at), conversion, second)
        : widen(load(bytes, at + (long) second * L), conversion, 0);
  }

  private static ByteVector load(MemorySegment bytes, long from) {
    return ByteVector.fromMemorySegment(B, bytes, from, ByteOrder.LITTLE_ENDIAN);
  }

  private static IntVector widen(ByteVector bytes, Conversion<Byte, Integer> conversion, int part) {
    return (IntVector) bytes.convertShape(conversion, Width.I, part);
  }

  static FloatVector toFloats(IntVector x) {
    return (FloatVector) x.convertShape(VectorOperators.I2F, S, 0);
  }

  static float half(MemorySegment bytes, long at) {
    return Float.float16ToFloat(bytes.get(SHORT, at));
  }
}
