package linnet.tensor.reference;

import java.lang.foreign.MemorySegment;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Storage;

/** Integers of any width as longs; what is written wraps to the width of the type. */
final class IntegerStorage extends Storage {
  private final long[] values;

  IntegerStorage(Scope scope, DType dtype, long[] values) {
    super(scope, dtype, values.length);
    this.values = values;
  }

  long get(int index) {
    return values[index];
  }

  void set(int index, long value) {
    values[index] = switch (dtype()) {
      case I32 -> (int) value;
      case U8 -> value & 0xFF;
      default -> value;
    };
  }

  void decode(MemorySegment bytes) {
    Codec.decode(dtype(), bytes, 0, values, 0, values.length);
  }
}
