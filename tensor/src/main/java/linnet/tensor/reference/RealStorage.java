package linnet.tensor.reference;

import java.lang.foreign.MemorySegment;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Storage;

/**
 * Real numbers as doubles. F64 and F32 are never rounded, so that gradients can be checked to F64's accuracy;
 * F16 and BF16 are rounded when written, as they would be anywhere; quantised types hold what they were
 * decoded to.
 */
final class RealStorage extends Storage {
  private final double[] values;

  RealStorage(Scope scope, DType dtype, double[] values) {
    super(scope, dtype, values.length);
    this.values = values;
  }

  double get(int index) {
    return values[index];
  }

  void set(int index, double value) {
    values[index] = switch (dtype()) {
      case F16, BF16 -> Codec.round(dtype(), value);
      case F64, F32 -> value;
      default ->
          throw new IllegalArgumentException("a " + dtype()
              + " tensor holds frozen weights: it cannot be written");
    };
  }

  /** Takes over an element of another storage of the same type, which needs no rounding. */
  void setSame(int index, RealStorage other, int otherIndex) {
    values[index] = other.values[otherIndex];
  }

  void decode(MemorySegment bytes) {
    Codec.decode(dtype(), bytes, 0, values, 0, values.length);
  }
}
