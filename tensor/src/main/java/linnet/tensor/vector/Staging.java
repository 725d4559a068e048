package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;

import java.lang.foreign.MemorySegment;
import linnet.tensor.DType;

/** Pieces of rows of any dtype and stride, to and from arrays. Offsets and strides in elements. */
final class Staging {
  private final StorageLanes storage;

  Staging(StorageLanes storage) {
    this.storage = storage;
  }

  /** {@code out[at + i]} = element {@code offset + i·stride}, for i below n. */
  void load(DType dtype, MemorySegment bytes, long offset, long stride, float[] out, int at, int n) {
    if (stride == 1) {
      storage.decode(dtype, bytes, offset, out, at, n);
    } else if (dtype == DType.F32) {
      for (int i = 0; i < n; i++) {
        out[at + i] = bytes.get(F32, 4 * (offset + i * stride));
      }
    } else {
      for (int i = 0; i < n; i++) {
        storage.decode(dtype, bytes, offset + i * stride, out, at + i, 1);
      }
    }
  }

  /**
   * {@link #load} for {@code rows} rows, {@code rowStride} elements apart in memory and {@code outStride}
   * floats in {@code out}.
   */
  void loadRows(DType dtype, MemorySegment bytes, long offset, long rowStride, long stride, int rows, int n,
      float[] out, int at, int outStride) {
    if (stride == 1 && rowStride == n && outStride == n) { // one long row
      storage.decode(dtype, bytes, offset, out, at, rows * n);
      return;
    }
    if (stride == 1) {
      storage.decodeRows(dtype, bytes, offset, rowStride, rows, n, out, at, outStride);
      return;
    }
    for (int r = 0; r < rows; r++) {
      load(dtype, bytes, offset + r * rowStride, stride, out, at + r * outStride, n);
    }
  }

  /** Element {@code offset + i·stride} = {@code values[i]}, rounded, for i below n. */
  void store(float[] values, DType dtype, MemorySegment bytes, long offset, long stride, int n) {
    if (stride == 1) {
      storage.encode(dtype, values, 0, n, bytes, offset);
    } else if (dtype == DType.F32) {
      for (int i = 0; i < n; i++) {
        bytes.set(F32, 4 * (offset + i * stride), values[i]);
      }
    } else {
      for (int i = 0; i < n; i++) {
        storage.encode(dtype, values, i, 1, bytes, offset + i * stride);
      }
    }
  }
}
