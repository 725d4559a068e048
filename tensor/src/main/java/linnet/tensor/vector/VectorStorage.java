package linnet.tensor.vector;

import static linnet.tensor.vector.Native.SHORT;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.load;
import static linnet.tensor.vector.Width.loadBfloat16;
import static linnet.tensor.vector.Width.loadFloat16;

import java.lang.foreign.MemorySegment;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/**
 * {@link StorageLanes} on the Vector API for the types that weights come in; the rest as the definition has
 * it.
 */
final class VectorStorage implements StorageLanes {
  private static final int MOST_VECTORS = 4;
  /** Rows that are decoded together before they are transposed. */
  private static final int RUN = 32;

  @Override
  public void decode(DType dtype, MemorySegment bytes, long element, float[] out, int at, int n) {
    decodeRows(dtype, bytes, element, n, 1, n, out, at, n);
  }

  @Override
  public void decodeRows(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n,
      float[] out, int at, int outStride) {
    switch (dtype) {
      case F32 -> f32(bytes, 4 * element, 4 * stride, rows, n, out, at, outStride);
      case BF16 -> bf16(bytes, 2 * element, 2 * stride, rows, n, out, at, outStride);
      case F16 -> {
        for (int r = 0; r < rows; r++) {
          f16(bytes, 2 * (element + r * stride), out, at + r * outStride, n);
        }
      }
      case F64, I64, I32, U8 -> {
        for (int r = 0; r < rows; r++) {
          Codec.decode(dtype, bytes, element + r * stride, out, at + r * outStride, n);
        }
      }
      default -> {
        for (int r = 0; r < rows; r++) {
          VectorBlocks.decode(dtype, bytes, element + r * stride, out, at + r * outStride, n);
        }
      }
    }
  }

  @Override
  public void decodeColumns(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n,
      float[] out, int at, int outStride, float[] scratch) {
    int wholeRows = 0;
    int whole = n;
    if (L == VectorTranspose.SIZE && (dtype == DType.F32 || dtype == DType.BF16)) {
      wholeRows = rows - rows % VectorTranspose.SIZE;
      whole = n - n % (dtype == DType.F32 ? VectorTranspose.SIZE : 2 * VectorTranspose.SIZE);
      if (dtype == DType.F32) {
        VectorTranspose.f32(bytes, 4 * element, 4 * stride, wholeRows, whole, out, at, outStride, scratch);
      } else {
        VectorTranspose.bf16(bytes, 2 * element, 2 * stride, wholeRows, whole, out, at, outStride, scratch);
      }
    }
    staged(dtype, bytes, element + wholeRows * stride, stride, rows - wholeRows, n, out, at + wholeRows,
        outStride, scratch);
    staged(dtype, bytes, element + whole, stride, wholeRows, n - whole, out, at + whole * outStride,
        outStride, scratch);
  }

  /** Decodes pieces of some rows, then transposes them. */
  private void staged(DType dtype, MemorySegment bytes, long element, long stride, int rows, int n,
      float[] out, int at, int outStride, float[] scratch) {
    int piece = SCRATCH / RUN;
    for (int r = 0; r < rows; r += RUN) {
      int count = Math.min(RUN, rows - r);
      for (int i = 0; i < n; i += piece) {
        int length = Math.min(piece, n - i);
        decodeRows(dtype, bytes, element + r * stride + i, stride, count, length, scratch, 0, piece);
        Transpose.floats(scratch, 0, piece, count, length, out, at + i * outStride + r, outStride);
      }
    }
  }

  @Override
  public void encode(DType dtype, float[] values, int at, int n, MemorySegment bytes, long element) {
    Codec.encode(dtype, values, at, n, bytes, element);
  }

  /** Whether rows are a few vectors long, as those of a panel: then the loop over the rows is the inner one. */
  private static boolean isPanel(int rows, int n) {
    return n <= MOST_VECTORS * L && n % L == 0 && rows > MOST_VECTORS;
  }

  private static void f32(MemorySegment bytes, long offset, long stride, int rows, int n, float[] out, int at,
      int outStride) {
    if (isPanel(rows, n)) {
      for (int i = 0; i < n; i += L) {
        f32Column(bytes, offset + 4L * i, stride, rows, out, at + i, outStride);
      }
    } else {
      for (int r = 0; r < rows; r++) {
        f32Row(bytes, offset + r * stride, out, at + r * outStride, n);
      }
    }
  }

  private static void f32Column(MemorySegment bytes, long offset, long stride, int rows, float[] out, int at,
      int outStride) {
    for (int r = 0; r < rows; r++) {
      load(bytes, offset + r * stride, 0).intoArray(out, at + r * outStride);
    }
  }

  private static void f32Row(MemorySegment bytes, long offset, float[] out, int at, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      load(bytes, offset, i).intoArray(out, at + i);
    }
    if (i < n) { // the factors of LoRA have rows shorter than a vector
      var rest = S.indexInRange(i, n);
      load(bytes, offset, i, rest).intoArray(out, at + i, rest);
    }
  }

  private static void bf16(MemorySegment bytes, long offset, long stride, int rows, int n, float[] out, int at,
      int outStride) {
    if (isPanel(rows, n)) {
      for (int i = 0; i < n; i += L) {
        bf16Column(bytes, offset + 2L * i, stride, rows, out, at + i, outStride);
      }
    } else {
      for (int r = 0; r < rows; r++) {
        bf16Row(bytes, offset + r * stride, out, at + r * outStride, n);
      }
    }
  }

  private static void bf16Column(MemorySegment bytes, long offset, long stride, int rows, float[] out, int at,
      int outStride) {
    for (int r = 0; r < rows; r++) {
      loadBfloat16(bytes, offset + r * stride, 0).intoArray(out, at + r * outStride);
    }
  }

  private static void bf16Row(MemorySegment bytes, long offset, float[] out, int at, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      loadBfloat16(bytes, offset, i).intoArray(out, at + i);
    }
    for (; i < n; i++) {
      out[at + i] = Codec.bfloat16ToFloat(bytes.get(SHORT, offset + 2L * i));
    }
  }

  private static void f16(MemorySegment bytes, long offset, float[] out, int at, int n) {
    int i = 0;
    for (; i < S.loopBound(n); i += L) {
      loadFloat16(bytes, offset, i).intoArray(out, at + i);
    }
    for (; i < n; i++) {
      out[at + i] = Float.float16ToFloat(bytes.get(SHORT, offset + 2L * i));
    }
  }
}
