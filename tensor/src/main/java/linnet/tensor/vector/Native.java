package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import linnet.tensor.memory.NativeStorage;

/** How this package reaches a tensor's bytes. */
final class Native {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private Native() {}

  /**
   * The bytes behind a tensor.
   *
   * @throws IllegalStateException if the tensor is no longer alive
   * @throws IllegalArgumentException if it belongs to another kind of backend
   */
  static MemorySegment segment(Tensor x) {
    if (x.storage() instanceof NativeStorage storage) {
      return storage.segment();
    }
    throw new IllegalArgumentException("a tensor of another backend (" + x.backend().description()
        + ", scope \"" + x.scope().name() + "\") was given to the vector backend: copy its values with"
        + " toFloats and copyFrom");
  }

  /** Whether elements are F32 and neighbours in the last dimension are neighbours in memory. */
  static boolean hasDenseRows(Tensor x) {
    return x.dtype() == DType.F32 && (x.rank() == 0 || x.size(-1) <= 1 || x.stride(-1) == 1);
  }

  static float get(MemorySegment segment, long element) {
    return segment.get(F32, 4 * element);
  }

  static void set(MemorySegment segment, long element, float value) {
    segment.set(F32, 4 * element, value);
  }
}
