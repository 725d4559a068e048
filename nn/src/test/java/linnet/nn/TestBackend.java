package linnet.nn;

import java.util.function.Supplier;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;

/** The backends that one test body runs over, the dtype each computes in, and what it may be off by. */
public enum TestBackend {
  /** F64 throughout: only the golden figures' own rounding is left. */
  REFERENCE(Backends::reference, DType.F64, 1e-9),
  /** F32 on the Vector API: some roundings of 6e-8 each, which a gradient gathers over the whole model. */
  VECTOR(Backends::vector, DType.F32, 1e-5);

  private final Supplier<Backend> factory;
  private final DType dtype;
  private final double tolerance;

  TestBackend(Supplier<Backend> factory, DType dtype, double tolerance) {
    this.factory = factory;
    this.dtype = dtype;
    this.tolerance = tolerance;
  }

  /** A new backend. */
  public Backend open() {
    return factory.get();
  }

  /** What it computes in. */
  public DType dtype() {
    return dtype;
  }

  /** The relative error of a figure that was computed in F64. */
  public double tolerance() {
    return tolerance;
  }

  /** The relative error of a figure that was computed in F64 and rounded by {@code stored} to be stored. */
  public double toleranceOfStored(double stored) {
    return Math.max(tolerance, stored);
  }
}
