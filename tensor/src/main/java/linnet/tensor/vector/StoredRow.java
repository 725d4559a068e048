package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import linnet.tensor.DType;
import linnet.tensor.NormalFloat;

/**
 * How {@link VectorDots#products} sums a row and stored ones of some type: in one loop, all of whose vectors
 * are local to it, that decodes on the way, or in two.
 *
 * <p>C2 inlines some 30 vector operations into a method; what comes after them sends its vectors over the heap
 * and takes ten times as long. So that no two of these loops come into one method, they are called through
 * method handles that are no constants, which C2 never inlines. A call sums several rows: coming to and going
 * from a loop takes as long as 200 weights.
 */
sealed interface StoredRow {
  /**
   * Sets the lanes of {@code rows} sums, one behind the other: products of elements [0, n), those of stored
   * row r from element {@code first + r·stride} on.
   *
   * @param a element i is {@code a[aAt + i]}
   * @param n a multiple of the unit
   * @param lanes with room for one sum more
   */
  void sum(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, float[] lanes,
      Workspace workspace);

  /** Elements of whole blocks: rows begin, and the part that is summed here ends, at multiples. */
  int unit();

  /** That of a type, or null if there is none. */
  static StoredRow of(DType dtype) {
    return switch (dtype) {
      case F32 -> direct(PlainDots::f32, PlainDots.STEP, DotLanes.LANES);
      case BF16 -> direct(PlainDots::bf16, PlainDots.STEP, DotLanes.LANES);
      case F16 -> direct(PlainDots::f16, Width.L, DotLanes.LANES);
      case Q8_0 -> direct(SmallBlockDots::q8, PlainDots.STEP, dtype.elementsPerBlock());
      case Q4_0 -> direct(SmallBlockDots::q4, PlainDots.STEP, dtype.elementsPerBlock());
      case Q4_1 -> direct(SmallBlockDots::q4WithMinimum, PlainDots.STEP, dtype.elementsPerBlock());
      case Q5_0 -> direct(SmallBlockDots::q5, Width.L, dtype.elementsPerBlock());
      case Q5_1 -> direct(SmallBlockDots::q5WithMinimum, Width.L, dtype.elementsPerBlock());
      case IQ4_NL -> direct(SmallBlockDots::iq4, Width.L, dtype.elementsPerBlock());
      case INT8 -> direct(SmallBlockDots::int8, Width.L, dtype.elementsPerBlock());
      case NF4 -> direct(SmallBlockDots::nf4, Width.L, NormalFloat.RUN);
      case Q2_K -> unpacked(SuperBlockDots::q2, SuperBlockDots::sumWithMinima, dtype);
      case Q3_K -> unpacked(SuperBlockDots::q3, SuperBlockDots::sum, dtype);
      case Q4_K -> unpacked(SuperBlockDots::q4, SuperBlockDots::sumOfParts, dtype);
      case Q5_K -> unpacked(SuperBlockDots::q5, SuperBlockDots::sumOfParts, dtype);
      case Q6_K -> unpacked(SuperBlockDots::q6, SuperBlockDots::sum, dtype);
      case F64, I64, I32, U8 -> null;
    };
  }

  private static StoredRow direct(Direct.Kernel kernel, int lanes, int unit) {
    return new Direct(bound(Direct.Kernel.class, kernel, "sum", Direct.SUM), lanes, unit);
  }

  private static StoredRow unpacked(InTwo.Unpacking unpacking, InTwo.Kernel kernel, DType dtype) {
    return new InTwo(bound(InTwo.Unpacking.class, unpacking, "unpack", InTwo.UNPACK),
        bound(InTwo.Kernel.class, kernel, "sum", InTwo.SUM), dtype.elementsPerBlock());
  }

  private static <T> MethodHandle bound(Class<T> declaring, T receiver, String name, MethodType type) {
    try {
      return MethodHandles.lookup().findVirtual(declaring, name, type).bindTo(receiver);
    } catch (ReflectiveOperationException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Throws on what a loop threw; none declares a checked exception, but method handles may throw anything. */
  private static AssertionError unchecked(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException refused -> throw refused;
      case Error error -> throw error;
      default -> new AssertionError(thrown);
    };
  }

  /**
   * One loop.
   *
   * @param kernel of a {@link Kernel}
   * @param lanes of each half of a sum's lanes that a call of {@code kernel} does
   */
  record Direct(MethodHandle kernel, int lanes, int unit) implements StoredRow {
    /** Some lanes of sums. */
    interface Kernel {
      /** As {@link StoredRow#sum}, but of both halves only the lanes from {@code part} on. */
      void sum(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows, int part,
          float[] lanes);
    }

    private static final MethodType SUM = MethodType.methodType(void.class, float[].class, int.class,
        int.class, MemorySegment.class, long.class, long.class, int.class, int.class, float[].class);

    @Override
    public void sum(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows,
        float[] sums, Workspace workspace) {
      try {
        for (int part = 0; part < DotLanes.LANES / 2; part += lanes) {
          kernel.invokeExact(a, aAt, n, b, first, stride, rows, part, sums);
        }
      } catch (Throwable thrown) {
        throw unchecked(thrown);
      }
    }
  }

  /**
   * Two loops: rows are unpacked, then summed.
   *
   * @param unpacking of an {@link Unpacking}
   * @param kernel of a {@link Kernel}
   */
  record InTwo(MethodHandle unpacking, MethodHandle kernel, int unit) implements StoredRow {
    /** The first. */
    interface Unpacking {
      /** Unpacks elements {@code [first, first + n)} to {@code [at, at + n)}. */
      void unpack(MemorySegment b, long first, int n, Unpacked rows, int at);
    }

    /** The second. */
    interface Kernel {
      /** Sets the lanes of {@code count} sums, one behind the other; an odd number sets those of one more. */
      void sum(float[] a, int aAt, int n, Unpacked rows, int count, float[] lanes);
    }

    private static final MethodType UNPACK = MethodType.methodType(void.class, MemorySegment.class, long.class,
        int.class, Unpacked.class, int.class);
    private static final MethodType SUM = MethodType.methodType(void.class, float[].class, int.class,
        int.class, Unpacked.class, int.class, float[].class);

    @Override
    public void sum(float[] a, int aAt, int n, MemorySegment b, long first, long stride, int rows,
        float[] sums, Workspace workspace) {
      var room = workspace.unpacked((rows + 1) * n);
      try {
        if (stride == n) {
          unpacking.invokeExact(b, first, rows * n, room, 0);
        } else {
          for (int r = 0; r < rows; r++) {
            unpacking.invokeExact(b, first + r * stride, n, room, r * n);
          }
        }
        kernel.invokeExact(a, aAt, n, room, rows, sums);
      } catch (Throwable thrown) {
        throw unchecked(thrown);
      }
    }
  }
}
