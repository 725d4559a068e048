package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;
import linnet.tensor.Tensor;

/**
 * A matrix in memory: a view of any strides, all in elements.
 *
 * @param dtype of the elements
 * @param segment where they lie
 * @param offset of element (0, 0)
 * @param rowStride between neighbours in a column
 * @param columnStride between neighbours in a row
 * @param rows how many
 * @param columns how many
 */
record Matrix(DType dtype, MemorySegment segment, long offset, long rowStride, long columnStride, int rows,
    int columns) {
  /**
   * The matrix over the last two dimensions whose first element lies {@code shift} elements after the
   * tensor's. A single column counts as dense, whatever its stride.
   */
  static Matrix of(Tensor x, long shift) {
    return new Matrix(x.dtype(), Native.segment(x), x.offset() + shift, x.stride(-2),
        x.size(-1) > 1 ? x.stride(-1) : 1, x.size(-2), x.size(-1));
  }

  /** A dense F32 matrix at the start of {@code segment}. */
  static Matrix dense(MemorySegment segment, int rows, int columns) {
    return new Matrix(DType.F32, segment, 0, columns, 1, rows, columns);
  }

  /** Where element (row, column) lies, in elements. */
  long at(int row, int column) {
    return offset + row * rowStride + column * columnStride;
  }

  Matrix transposed() {
    return new Matrix(dtype, segment, offset, columnStride, rowStride, columns, rows);
  }

  /** {@code count} rows from {@code first} on. */
  Matrix rowRange(int first, int count) {
    return part(first, count, 0, columns);
  }

  /** {@code count} columns from {@code first} on. */
  Matrix columnRange(int first, int count) {
    return part(0, rows, first, count);
  }

  Matrix part(int firstRow, int rowCount, int firstColumn, int columnCount) {
    return new Matrix(dtype, segment, offset + firstRow * rowStride + firstColumn * columnStride, rowStride,
        columnStride, rowCount, columnCount);
  }
}
