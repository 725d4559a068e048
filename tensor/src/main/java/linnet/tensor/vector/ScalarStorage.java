package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/** {@link StorageLanes} as the definition has it. */
final class ScalarStorage implements StorageLanes {
  @Override
  public void decode(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n) {
    Codec.decode(dtype, bytes, element, out, at, n);
  }

  @Override
  public void decodeRows(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n,
      float[] out, int at, int outStride) {
    for (int r = 0; r < rows; r++) {
      Codec.decode(dtype, bytes, element + r * stride, out, at + r * outStride, n);
    }
  }

  @Override
  public void decodeColumns(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n,
      float[] out, int at, int outStride, float[] scratch) {
    for (int r = 0; r < rows; r++) {
      for (int from = 0; from < n; from += SCRATCH) {
        int count = Math.min(SCRATCH, n - from);
        Codec.decode(dtype, bytes, element + r * stride + from, scratch, 0, count);
        for (int i = 0; i < count; i++) {
          out[at + (from + i) * outStride + r] = scratch[i];
        }
      }
    }
  }

  @Override
  public void encode(DType dtype, float[] values, int at, int n, MemorySegment bytes, long element) {
    Codec.encode(dtype, values, at, n, bytes, element);
  }
}
