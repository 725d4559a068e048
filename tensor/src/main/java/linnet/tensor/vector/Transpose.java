package linnet.tensor.vector;

/** Transposes arrays in blocks of 4 × 4, on any machine. */
final class Transpose {
  private Transpose() {}

  /**
   * {@code out[outAt + c·outStride + r] = in[inAt + r·inStride + c]} for r below {@code rows}, c below {@code
   * columns}.
   */
  static void floats(float[] in, int inAt, int inStride, int rows, int columns, float[] out, int outAt,
      int outStride) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
      int from = inAt + r * inStride;
      int to = outAt + r;
      int c = 0;
      for (; c + 4 <= columns; c += 4) {
        block(in, from + c, inStride, out, to + c * outStride, outStride);
      }
      for (; c < columns; c++) {
        for (int i = 0; i < 4; i++) {
          out[to + c * outStride + i] = in[from + i * inStride + c];
        }
      }
    }
    for (; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        out[outAt + c * outStride + r] = in[inAt + r * inStride + c];
      }
    }
  }

  /** 4 × 4, every value loaded before the first is stored. */
  private static void block(float[] in, int from, int inStride, float[] out, int to, int outStride) {
    int row0 = from;
    int row1 = row0 + inStride;
    int row2 = row1 + inStride;
    int row3 = row2 + inStride;
    float a0 = in[row0];
    float a1 = in[row0 + 1];
    float a2 = in[row0 + 2];
    float a3 = in[row0 + 3];
    float b0 = in[row1];
    float b1 = in[row1 + 1];
    float b2 = in[row1 + 2];
    float b3 = in[row1 + 3];
    float c0 = in[row2];
    float c1 = in[row2 + 1];
    float c2 = in[row2 + 2];
    float c3 = in[row2 + 3];
    float d0 = in[row3];
    float d1 = in[row3 + 1];
    float d2 = in[row3 + 2];
    float d3 = in[row3 + 3];
    put(out, to, a0, b0, c0, d0);
    put(out, to + outStride, a1, b1, c1, d1);
    put(out, to + 2 * outStride, a2, b2, c2, d2);
    put(out, to + 3 * outStride, a3, b3, c3, d3);
  }

  private static void put(float[] out, int at, float a, float b, float c, float d) {
    out[at] = a;
    out[at + 1] = b;
    out[at + 2] = c;
    out[at + 3] = d;
  }
}
