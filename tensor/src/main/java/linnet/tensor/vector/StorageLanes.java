package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/** Between the bytes of a storage type and F32 arrays; {@link Codec} is the definition. */
interface StorageLanes {
  /** Floats that {@link #decodeColumns} needs beside its result; few, so that they stay in a core's cache. */
  int SCRATCH = 4096;

  /** {@code out[at…at + n)} = elements [element, element + n) of {@code bytes}. */
  void decode(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n);

  /**
   * The same for {@code rows} rows of {@code n} elements, {@code stride} elements apart in {@code bytes} and
   * {@code outStride} floats in {@code out}.
   */
  void decodeRows(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n, float[] out,
      int at, int outStride);

  /**
   * The same transposed: {@code out[at + i·outStride + r]} = element i of row r.
   *
   * @param scratch of at least {@link #SCRATCH} floats
   */
  void decodeColumns(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n,
      float[] out, int at, int outStride, float[] scratch);

  /**
   * Elements [element, element + n) of {@code bytes} = {@code values[at…at + n)}, rounded to nearest even.
   */
  void encode(DType dtype, float[] values, int at, int n, MemorySegment bytes, long element);
}
