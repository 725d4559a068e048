package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.Tensor;

/**
 * A dense-rowed F32 tensor as a list of rows.
 *
 * @param segment where they lie
 * @param offset of the first row, in bytes
 * @param stride between rows, in bytes
 * @param count of rows
 * @param length of a row, in elements
 */
record Rows(MemorySegment segment, long offset, long stride, int count, int length) {
  /** The rows along the last dimension, or null if they are not dense F32 or not equally far apart. */
  static Rows of(Tensor x) {
    if (!Native.hasDenseRows(x)) {
      return null;
    }
    int length = x.rank() == 0 ? 1 : x.size(-1);
    long count = 1;
    long stride = length;
    for (int d = x.rank() - 2; d >= 0; d--) {
      int size = x.size(d);
      if (size != 1) {
        if (count == 1) {
          stride = x.stride(d);
        } else if (x.stride(d) != stride * count) {
          return null;
        }
        count *= size;
      }
    }
    return new Rows(Native.segment(x), 4 * x.offset(), 4 * stride, Math.toIntExact(count), length);
  }

  /** Whether the rows lie end to end and may be one. */
  boolean areOne() {
    return count == 1 || stride == 4L * length && (long) count * length <= Integer.MAX_VALUE;
  }

  /** The same elements as one row, where {@link #areOne}. */
  Rows asOne() {
    return new Rows(segment, offset, stride, 1, count * length);
  }

  /** Where row {@code r} begins, in bytes. */
  long at(int r) {
    return offset + r * stride;
  }
}
