package linnet.tensor.vector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static linnet.tensor.vector.VectorBlocks.PART;
import static linnet.tensor.vector.VectorBlocks.half;
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
 * Parts of ggml's blocks of 256 elements, see {@link VectorBlocks}. Products of both scales and a quant are
 * exact, so that a minimum taken from them, fused or not, is the same.
 */
final class VectorSuperBlocks {
  private static final int PARTS = DType.Q4_K.elementsPerBlock() / PART;
  /** Elements that share a scale in the types of 2, 3 and 6 bits; those of the others are parts. */
  private static final int GROUP = 16;

  private VectorSuperBlocks() {}

  static void q2(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / PARTS * DType.Q2_K.bytesPerBlock();
      int within = (int) ((part + p) % PARTS);
      float d = half(bytes, block + 80);
      float e = half(bytes, block + 82);
      for (int g = 0; g < PART; g += GROUP) {
        int scales = bytes.get(JAVA_BYTE, block + (within * PART + g) / GROUP);
        var scale = broadcast(d * (scales & 0xF));
        var minimum = broadcast(-e * (scales >> 4 & 0xF));
        long from = block + 16 + within / 4 * PART + g;
        int to = at + p * PART + g;
        for (int i = 0; i < GROUP; i += L) {
          put(bits(bytes, from + i, within % 4 * 2, 3), scale, minimum, out, to + i);
        }
      }
    }
  }

  static void q3(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / PARTS * DType.Q3_K.bytesPerBlock();
      int within = (int) ((part + p) % PARTS);
      float d = half(bytes, block + 108);
      for (int g = 0; g < PART; g += GROUP) {
        var scale = broadcast(d * q3Scale(bytes, block + 96, (within * PART + g) / GROUP));
        long from = block + 32 + within / 4 * PART + g;
        int to = at + p * PART + g;
        for (int i = 0; i < GROUP; i += L) {
          put(q3Quants(bytes, from + i, block + g + i, within), scale, out, to + i);
        }
      }
    }
  }

  /** Two bits less 4 where a third is not set. */
  private static IntVector q3Quants(MemorySegment bytes, long low, long third, int within) {
    var set = bits(bytes, third, within, 1).lanewise(VectorOperators.LSHL, 2);
    return bits(bytes, low, within % 4 * 2, 3).add(set).sub(4);
  }

  private static int q3Scale(MemorySegment bytes, long scales, int group) {
    int low = bytes.get(JAVA_BYTE, scales + group % 8) >> group / 8 * 4 & 0xF;
    int high = bytes.get(JAVA_BYTE, scales + 8 + group % 4) >> group / 4 * 2 & 3;
    return (low | high << 4) - 32;
  }

  static void q4(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / PARTS * DType.Q4_K.bytesPerBlock();
      int within = (int) ((part + p) % PARTS);
      var scale = broadcast(half(bytes, block) * partScale(bytes, block + 4, within));
      var minimum = broadcast(-half(bytes, block + 2) * partMinimum(bytes, block + 4, within));
      long from = block + 16 + within / 2 * PART;
      int to = at + p * PART;
      for (int i = 0; i < PART; i += L) {
        put(bits(bytes, from + i, within % 2 * 4, 0xF), scale, minimum, out, to + i);
      }
    }
  }

  static void q5(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / PARTS * DType.Q5_K.bytesPerBlock();
      int within = (int) ((part + p) % PARTS);
      var scale = broadcast(half(bytes, block) * partScale(bytes, block + 4, within));
      var minimum = broadcast(-half(bytes, block + 2) * partMinimum(bytes, block + 4, within));
      long from = block + 48 + within / 2 * PART;
      int to = at + p * PART;
      for (int i = 0; i < PART; i += L) {
        put(q5Quants(bytes, from + i, block + 16 + i, within), scale, minimum, out, to + i);
      }
    }
  }

  private static IntVector q5Quants(MemorySegment bytes, long low, long fifth, int within) {
    var high = bits(bytes, fifth, within, 1).lanewise(VectorOperators.LSHL, 4);
    return bits(bytes, low, within % 2 * 4, 0xF).or(high);
  }

  /** Of 8 scales and 8 minima of 6 bits, those of the last four lie in nibbles and high bits of others. */
  private static int partScale(MemorySegment bytes, long scales, int part) {
    return part < 4 ? bytes.get(JAVA_BYTE, scales + part) & 63
        : bytes.get(JAVA_BYTE, scales + part + 4) & 0xF
            | (bytes.get(JAVA_BYTE, scales + part - 4) >> 6 & 3) << 4;
  }

  private static int partMinimum(MemorySegment bytes, long scales, int part) {
    return part < 4 ? bytes.get(JAVA_BYTE, scales + part + 4) & 63
        : bytes.get(JAVA_BYTE, scales + part + 4) >> 4 & 0xF
            | (bytes.get(JAVA_BYTE, scales + part) >> 6 & 3) << 4;
  }

  static void q6(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / PARTS * DType.Q6_K.bytesPerBlock();
      int within = (int) ((part + p) % PARTS);
      float d = half(bytes, block + 208);
      for (int g = 0; g < PART; g += GROUP) {
        var scale = broadcast(d * bytes.get(JAVA_BYTE, block + 192 + (within * PART + g) / GROUP));
        long low = block + within / 4 * 64 + within % 2 * PART + g;
        long high = block + 128 + within / 4 * PART + g;
        int to = at + p * PART + g;
        for (int i = 0; i < GROUP; i += L) {
          put(q6Quants(bytes, low + i, high + i, within), scale, out, to + i);
        }
      }
    }
  }

  private static IntVector q6Quants(MemorySegment bytes, long low, long high, int within) {
    var upper = bits(bytes, high, within % 4 * 2, 3).lanewise(VectorOperators.LSHL, 4);
    return bits(bytes, low, within / 2 % 2 * 4, 0xF).or(upper).sub(32);
  }

  private static IntVector bits(MemorySegment bytes, long at, int shift, int mask) {
    return unsigned(bytes, at).lanewise(VectorOperators.LSHR, shift).and(mask);
  }

  private static void put(IntVector quants, FloatVector scale, float[] out, int at) {
    toFloats(quants).mul(scale).intoArray(out, at);
  }

  private static void put(IntVector quants, FloatVector scale, FloatVector minimum, float[] out, int at) {
    toFloats(quants).fma(scale, minimum).intoArray(out, at);
  }
}
