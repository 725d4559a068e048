package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import linnet.tensor.DType;
import linnet.tensor.NormalFloat;

/**
 * How {@link VectorDots#products} sums a row and a stored one of some type: in one loop, all of whose vectors
 * are local to it, that decodes on the way, or in two.
 *
 * <p>C2 inlines some 30 vector operations into a method; what comes after them sends its vectors over the heap
 * and takes ten times as long. So that no two of these loops come into one method, they are called through
 * method handles that are no constants, which C2 never inlines.
 *
 * @param unpack of an {@link Unpacking}, or null
 * @param sum of a {@link Kernel}
 * @param lanes of each half of the sum's lanes that a call of {@code sum} does
 * @param unit elements of whole blocks: rows begin, and the part that is summed here ends, at multiples
 */
record StoredRow(MethodHandle unpack, MethodHandle sum, int lanes, int unit) {
  /** What comes before a sum. */
  interface Unpacking {
    /** Unpacks elements {@code [first, first + n)}. */
    void unpack(MemorySegment b, long first, int n, Unpacked row);
  }

  /** Some lanes of a sum. */
  interface Kernel {
    /**
     * Sets lanes of both halves, from {@code part} on in each, to the sum of the products of elements [0, n).
     *
     * @param a element i is {@code a[aAt + i]}
     * @param b element i is element {@code first + i}
     * @param row what these were unpacked to, of types for which that is done
     */
    void sum(float[] a, int aAt, int n, MemorySegment b, long first, int part, float[] lanes, Unpacked row);
  }

  private static final MethodType UNPACK =
      MethodType.methodType(void.class, MemorySegment.class, long.class, int.class, Unpacked.class);
  private static final MethodType SUM = MethodType.methodType(void.class, float[].class, int.class, int.class,
      MemorySegment.class, long.class, int.class, float[].class, Unpacked.class);

  /** That of a type, or null if there is none. */
  static StoredRow of(DType dtype) {
    return switch (dtype) {
      case F32 -> direct(PlainDots::f32, PlainDots.STEP, DotLanes.LANES);
      case BF16 -> direct(PlainDots::bf16, PlainDots.STEP, DotLanes.LANES);
      case F16 -> direct(PlainDots::f16, Width.L, DotLanes.LANES);
      case Q8_0 -> blocks(SmallBlockDots::q8, dtype);
      case Q4_0 -> blocks(SmallBlockDots::q4, dtype);
      case Q4_1 -> blocks(SmallBlockDots::q4WithMinimum, dtype);
      case Q5_0 -> blocks(SmallBlockDots::q5, dtype);
      case Q5_1 -> blocks(SmallBlockDots::q5WithMinimum, dtype);
      case IQ4_NL -> blocks(SmallBlockDots::iq4, dtype);
      case INT8 -> blocks(SmallBlockDots::int8, dtype);
      case NF4 -> direct(SmallBlockDots::nf4, Width.L, NormalFloat.RUN);
      case Q2_K -> unpacked(SuperBlockDots::q2, SuperBlockDots::sumWithMinima, dtype);
      case Q3_K -> unpacked(SuperBlockDots::q3, SuperBlockDots::sum, dtype);
      case Q4_K -> unpacked(SuperBlockDots::q4, SuperBlockDots::sumWithMinima, dtype);
      case Q5_K -> unpacked(SuperBlockDots::q5, SuperBlockDots::sumWithMinima, dtype);
      case Q6_K -> unpacked(SuperBlockDots::q6, SuperBlockDots::sum, dtype);
      case F64, I64, I32, U8 -> null;
    };
  }

  private static StoredRow blocks(Kernel kernel, DType dtype) {
    return direct(kernel, Width.L, dtype.elementsPerBlock());
  }

  private static StoredRow direct(Kernel kernel, int lanes, int unit) {
    return new StoredRow(null, bound(kernel, "sum", SUM), lanes, unit);
  }

  private static StoredRow unpacked(Unpacking unpacking, Kernel kernel, DType dtype) {
    return new StoredRow(bound(unpacking, "unpack", UNPACK), bound(kernel, "sum", SUM), PlainDots.STEP,
        dtype.elementsPerBlock());
  }

  private static MethodHandle bound(Object receiver, String name, MethodType type) {
    try {
      return MethodHandles.lookup().bind(receiver, name, type);
    } catch (ReflectiveOperationException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Room for what {@link #sum} needs for a row of so many elements, or null if it needs none. */
  Unpacked room(int n) {
    return unpack == null ? null : Unpacked.of(n);
  }

  /** Sets all lanes of a sum, see {@link Kernel}; {@code n} is a multiple of the unit. */
  void sum(float[] a, int aAt, int n, MemorySegment b, long first, float[] sums, Unpacked row) {
    try {
      if (unpack != null) {
        unpack.invokeExact(b, first, n, row);
      }
      for (int part = 0; part < DotLanes.LANES / 2; part += lanes) {
        sum.invokeExact(a, aAt, n, b, first, part, sums, row);
      }
    } catch (RuntimeException | Error unchecked) {
      throw unchecked;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
