package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** {@link PanelLanes} in plain Java. */
final class ScalarPanels implements PanelLanes {
  private final int height;
  private final int width;

  ScalarPanels(int rows, int columns) {
    this.height = rows;
    this.width = columns;
  }

  @Override
  public int rows() {
    return height;
  }

  @Override
  public int columns() {
    return width;
  }

  @Override
  public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt,
      int outStride) {
    for (int r = 0; r < height; r++) {
      Arrays.fill(out, outAt + r * outStride, outAt + r * outStride + width, 0);
    }
    for (int k = 0; k < depth; k++) {
      for (int r = 0; r < height; r++) {
        float factor = a[aAt + r * Panels.DEPTH + k];
        int at = outAt + r * outStride;
        for (int c = 0; c < width; c++) {
          out[at + c] = Math.fma(factor, b[bAt + k * width + c], out[at + c]);
        }
      }
    }
  }

  @Override
  public void sum(float[] tile, float[] part, int rows) {
    for (int i = 0; i < rows * width; i++) {
      tile[i] += part[i];
    }
  }

  @Override
  public void store(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns) {
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        out.set(F32, outAt + r * rowStride + c * columnStride, tile[r * width + c]);
      }
    }
  }

  @Override
  public void add(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns) {
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        long at = outAt + r * rowStride + c * columnStride;
        out.set(F32, at, out.get(F32, at) + tile[r * width + c]);
      }
    }
  }
}
