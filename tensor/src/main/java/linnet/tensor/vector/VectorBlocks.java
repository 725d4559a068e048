package linnet.tensor.vector;

import static linnet.tensor.vector.Native.SHORT;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import linnet.tensor.DType;

/**
 * Decodes blocks of quantised weights, as {@link linnet.tensor.Codec} defines them, on the Vector API.
 *
 * <p>All of them are decoded in parts of {@link #PART} elements, which are whole blocks or lie within one. A
 * format is one method that decodes some parts in a row, see {@link VectorSmallBlocks}, {@link
 * VectorSuperBlocks} and {@link VectorNormalFloat}; packing and gathering are made of it, and products of
 * more than a few rows.
 */
final class VectorBlocks {
  /** Elements of a part. */
  static final int PART = 32;

  /** As many bytes as F32 lanes; there are no vectors of four, which are loaded as an integer. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * L)));
  private static final int INT_BYTES = 4;

  private VectorBlocks() {}

  /** {@code out[at…at + n)} = elements [element, element + n), which need not begin or end with a block. */
  static void decode(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n) {
    int head = (int) Math.min(n, -element & PART - 1);
    int whole = n - head & -PART;
    if (head > 0) {
      cut(dtype, bytes, element, out, at, head);
    }
    if (whole > 0) {
      parts(dtype, bytes, (element + head) / PART, whole / PART, out, at + head);
    }
    if (head + whole < n) {
      cut(dtype, bytes, element + head + whole, out, at + head + whole, n - head - whole);
    }
  }

  /** Less than a part, within one. */
  private static void cut(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n) {
    var part = new float[PART];
    parts(dtype, bytes, element / PART, 1, part, 0);
    System.arraycopy(part, (int) (element % PART), out, at, n);
  }

  /** {@code out[at…]} = parts [part, part + count) of a tensor. */
  private static void parts(DType dtype, MemorySegment bytes, long part, int count, float[] out, int at) {
    switch (dtype) {
      case Q8_0 -> VectorSmallBlocks.q8(bytes, part, count, out, at);
      case Q4_0 -> VectorSmallBlocks.q4(bytes, part, count, out, at);
      case Q4_1 -> VectorSmallBlocks.q4WithMinimum(bytes, part, count, out, at);
      case Q5_0 -> VectorSmallBlocks.q5(bytes, part, count, out, at);
      case Q5_1 -> VectorSmallBlocks.q5WithMinimum(bytes, part, count, out, at);
      case IQ4_NL -> VectorSmallBlocks.iq4(bytes, part, count, out, at);
      case Q2_K -> VectorSuperBlocks.q2(bytes, part, count, out, at);
      case Q3_K -> VectorSuperBlocks.q3(bytes, part, count, out, at);
      case Q4_K -> VectorSuperBlocks.q4(bytes, part, count, out, at);
      case Q5_K -> VectorSuperBlocks.q5(bytes, part, count, out, at);
      case Q6_K -> VectorSuperBlocks.q6(bytes, part, count, out, at);
      case NF4 -> VectorNormalFloat.decode(bytes, part, count, out, at);
      case INT8 -> VectorSmallBlocks.int8(bytes, part, count, out, at);
      case F64, F32, F16, BF16, I64, I32, U8 -> throw new IllegalArgumentException(dtype + " has no blocks");
    }
  }

  /** Bytes [at, at + L) as integers. */
  static IntVector unsigned(MemorySegment bytes, long at) {
    return (IntVector) load(bytes, at).convertShape(VectorOperators.ZERO_EXTEND_B2I, Width.I, 0);
  }

  /** The same as signed integers. */
  static IntVector signed(MemorySegment bytes, long at) {
    return (IntVector) load(bytes, at).convertShape(VectorOperators.B2I, Width.I, 0);
  }

  /** Bytes [at, at + L) of an array that has 8 from there on. */
  static IntVector signed(byte[] bytes, int at) {
    return (IntVector) ByteVector.fromArray(B, bytes, at).convertShape(VectorOperators.B2I, Width.I, 0);
  }

  private static ByteVector load(MemorySegment bytes, long at) {
    return L == INT_BYTES ? IntVector.broadcast(Width.I, bytes.get(Native.I32, at)).reinterpretAsBytes()
        : ByteVector.fromMemorySegment(B, bytes, at, ByteOrder.LITTLE_ENDIAN);
  }

  static FloatVector toFloats(IntVector x) {
    return (FloatVector) x.convertShape(VectorOperators.I2F, S, 0);
  }

  static float half(MemorySegment bytes, long at) {
    return Float.float16ToFloat(bytes.get(SHORT, at));
  }
}
