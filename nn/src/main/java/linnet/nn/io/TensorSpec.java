package linnet.nn.io;

import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * What a file says about a tensor before its data.
 *
 * @param name the tensor's name
 * @param dtype its element type
 * @param shape its sizes, outermost first
 */
public record TensorSpec(String name, DType dtype, Shape shape) {
  /**
   * The bytes that the tensor's data take.
   *
   * @return the number of bytes
   */
  public long bytes() {
    return dtype.bytes(shape.elements());
  }

  /**
   * The same tensor stored as another type.
   *
   * @param other the element type
   * @return the changed description
   */
  public TensorSpec as(DType other) {
    return new TensorSpec(name, other, shape);
  }
}
