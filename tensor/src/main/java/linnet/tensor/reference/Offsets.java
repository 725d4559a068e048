package linnet.tensor.reference;

import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Where the elements of a view lie in its storage. */
final class Offsets {
  private Offsets() {}

  /** One offset per element of {@code x}, row by row. */
  static int[] of(Tensor x) {
    return leading(x, x.rank());
  }

  /** The offset of the first element of each sub-tensor that the first {@code dims} dimensions pick. */
  static int[] leading(Tensor x, int dims) {
    var offsets = new int[] {(int) x.offset()};
    for (int d = 0; d < dims; d++) {
      offsets = spread(offsets, x.size(d), x.stride(d));
    }
    return offsets;
  }

  /**
   * For each element of a tensor of shape {@code from}, the index in row-major order of the element of {@code
   * to} that it is reduced to: dimensions of size 1 in {@code to} collapse.
   */
  static int[] reduced(Shape from, Shape to) {
    var strides = to.rowMajorStrides();
    var offsets = new int[1];
    for (int d = 0; d < from.rank(); d++) {
      offsets = spread(offsets, from.size(d), to.size(d) == 1 ? 0 : strides[d]);
    }
    return offsets;
  }

  private static int[] spread(int[] offsets, int size, long stride) {
    var result = new int[offsets.length * size];
    for (int i = 0; i < result.length; i++) {
      result[i] = (int) (offsets[i / size] + i % size * stride);
    }
    return result;
  }
}
