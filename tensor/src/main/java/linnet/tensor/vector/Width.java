package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorOperators.Conversion;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector width of this process, and how its vectors go to memory and back. */
final class Width {
  private static final VectorShape SHAPE = shape();
  static final VectorSpecies<Float> S = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Double> D = VectorSpecies.of(double.class, SHAPE);
  /** As many 16-bit lanes as F32 ones. */
  static final VectorSpecies<Short> H =
      VectorSpecies.of(short.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
  /** F32 lanes of a vector. */
  static final int L = S.length();
  /** Vector registers that a kernel may use: 64-bit ARM has 32, and so have machines of 512 bits. */
  static final int REGISTERS =
      SHAPE.vectorBitSize() >= 512 || System.getProperty("os.arch").equals("aarch64") ? 32 : 16;

  private Width() {}

  private static VectorShape shape() {
    int bits = Lanes.requestedBits().orElse(0);
    if (bits == 0) {
      bits = Math.clamp(VectorShape.preferredShape().vectorBitSize(), 128, 512);
    }
    return VectorShape.forBitSize(bits);
  }

  /** Elements [i, i + L) of the row that begins {@code offset} bytes into {@code row}. */
  static FloatVector load(MemorySegment row, long offset, int i) {
    return FloatVector.fromMemorySegment(S, row, offset + 4L * i, ByteOrder.LITTLE_ENDIAN);
  }

  /** The same where {@code lanes} are set, else zero. */
  static FloatVector load(MemorySegment row, long offset, int i, VectorMask<Float> lanes) {
    return FloatVector.fromMemorySegment(S, row, offset + 4L * i, ByteOrder.LITTLE_ENDIAN, lanes);
  }

  static void store(FloatVector x, MemorySegment row, long offset, int i) {
    x.intoMemorySegment(row, offset + 4L * i, ByteOrder.LITTLE_ENDIAN);
  }

  static FloatVector broadcast(float x) {
    return FloatVector.broadcast(S, x);
  }

  /** bfloat16 elements [i, i + L) of the row that begins {@code offset} bytes into {@code row}. */
  static FloatVector loadBfloat16(MemorySegment row, long offset, int i) {
    return shorts(row, offset + 2L * i, VectorOperators.ZERO_EXTEND_S2I).lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  /**
   * Likewise IEEE binary16: shifted into place, its exponent is too small by 112, but for the infinite and
   * NaN, whose exponent is all ones.
   */
  static FloatVector loadFloat16(MemorySegment row, long offset, int i) {
    var shifted = shorts(row, offset + 2L * i, VectorOperators.S2I).lanewise(VectorOperators.LSHL, 13);
    var scaled = shifted.and(0x8FFFE000).reinterpretAsFloats().mul(0x1p112f);
    var special = shifted.and(0x0FFFE000).lanewise(VectorOperators.NEG).add(0x0F7FFFFF)
        .lanewise(VectorOperators.ASHR, 31).and(0x7F800000);
    return scaled.reinterpretAsInts().or(special).reinterpretAsFloats();
  }

  private static IntVector shorts(MemorySegment row, long offset, Conversion<Short, Integer> conversion) {
    return (IntVector) ShortVector.fromMemorySegment(H, row, offset, ByteOrder.LITTLE_ENDIAN)
        .convertShape(conversion, I, 0);
  }

  /** The lower (part 0) or upper (part 1) half of the lanes as F64. */
  static DoubleVector widen(FloatVector x, int part) {
    return (DoubleVector) x.convertShape(VectorOperators.F2D, D, part);
  }

}
