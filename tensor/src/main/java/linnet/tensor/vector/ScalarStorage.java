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
  public void encode(DType dtype, float[] values, int at, int n, MemorySegment bytes, long element) {
    Codec.encode(dtype, values, at, n, bytes, element);
  }
}
