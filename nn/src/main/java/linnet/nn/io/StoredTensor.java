package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/**
 * A tensor whose data lie in memory, usually a mapped file: little-endian, row by row, starting at an address
 * that suits the element type. The memory lives as long as the {@link TensorStore} it came from.
 *
 * @param spec name, element type and shape
 * @param bytes the data, read-only
 */
public record StoredTensor(TensorSpec spec, MemorySegment bytes) {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if there are more or fewer bytes than type and shape need
   */
  public StoredTensor {
    if (bytes.byteSize() != spec.bytes()) {
      throw new IllegalArgumentException(spec.name() + ": found " + bytes.byteSize() + " bytes, expected "
          + spec.bytes() + " for " + spec.dtype() + " " + spec.shape());
    }
  }

  /**
   * The tensor's name.
   *
   * @return the name
   */
  public String name() {
    return spec.name();
  }

  /**
   * The element type.
   *
   * @return the type
   */
  public DType dtype() {
    return spec.dtype();
  }

  /**
   * The sizes, outermost first.
   *
   * @return the shape
   */
  public Shape shape() {
    return spec.shape();
  }
}
