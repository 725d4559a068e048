package linnet.autograd;

import linnet.tensor.DType;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * What can be known of a tensor before it exists.
 *
 * @param dtype the element type
 * @param shape the sizes
 */
public record TensorType(DType dtype, Shape shape) {
  /** The type of a tensor at hand. */
  public static TensorType of(Tensor tensor) {
    return new TensorType(tensor.dtype(), tensor.shape());
  }

  /** Whether gradients can flow through such a tensor: kernels write F32 and F64 only. */
  public boolean isDifferentiable() {
    return dtype == DType.F32 || dtype == DType.F64;
  }

  /** For example {@code F32(8, 576)}. */
  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
