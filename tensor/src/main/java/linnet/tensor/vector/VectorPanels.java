package linnet.tensor.vector;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static linnet.tensor.vector.Native.F32;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.S;
import static linnet.tensor.vector.Width.load;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** {@link PanelLanes} on the Vector API. */
final class VectorPanels implements PanelLanes {
  private final MicroKernel kernel;

  private VectorPanels(MicroKernel kernel) {
    this.kernel = kernel;
  }

  /** With the kernel that suits so many vector registers. */
  static VectorPanels of(int registers) {
    return new VectorPanels(registers >= 32 ? new Kernel8x2() : new Kernel6x2());
  }

  /** Likewise, for products of few columns: those of one vector. */
  static VectorPanels narrow(int registers) {
    return new VectorPanels(registers >= 32 ? new Kernel16x1() : new Kernel12x1());
  }

  @Override
  public int rows() {
    return kernel.rows();
  }

  @Override
  public int columns() {
    return kernel.columns();
  }

  @Override
  public void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt,
      int outStride) {
    kernel.multiply(depth, a, aAt, b, bAt, out, outAt, outStride);
  }

  @Override
  public void sum(float[] tile, float[] part, int rows) {
    for (int i = 0; i < rows * kernel.columns(); i += L) {
      FloatVector.fromArray(S, tile, i).add(FloatVector.fromArray(S, part, i)).intoArray(tile, i);
    }
  }

  @Override
  public void store(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns) {
    if (columnStride != Float.BYTES) {
      storeTurned(tile, out, outAt, columnStride, rows, columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      long at = outAt + r * rowStride;
      int from = r * kernel.columns();
      int c = 0;
      for (; c < S.loopBound(columns); c += L) {
        Width.store(FloatVector.fromArray(S, tile, from + c), out, at, c);
      }
      for (; c < columns; c++) {
        out.set(F32, at + 4L * c, tile[from + c]);
      }
    }
  }

  @Override
  public void add(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns) {
    if (columnStride != Float.BYTES) {
      addTurned(tile, out, outAt, columnStride, rows, columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      long at = outAt + r * rowStride;
      int from = r * kernel.columns();
      int c = 0;
      for (; c < S.loopBound(columns); c += L) {
        Width.store(load(out, at, c).add(FloatVector.fromArray(S, tile, from + c)), out, at, c);
      }
      for (; c < columns; c++) {
        out.set(F32, at + 4L * c, out.get(F32, at + 4L * c) + tile[from + c]);
      }
    }
  }

  private void storeTurned(float[] tile, MemorySegment out, long outAt, long columnStride, int rows,
      int columns) {
    int turned = turn(tile, rows, columns);
    for (int r = 0; r < rows; r += L) {
      var part = S.indexInRange(r, rows);
      for (int c = 0; c < columns; c++) {
        FloatVector.fromArray(S, tile, turned + c * rows + r, part)
            .intoMemorySegment(out, outAt + c * columnStride + 4L * r, LITTLE_ENDIAN, part);
      }
    }
  }

  private void addTurned(float[] tile, MemorySegment out, long outAt, long columnStride, int rows,
      int columns) {
    int turned = turn(tile, rows, columns);
    for (int r = 0; r < rows; r += L) {
      var part = S.indexInRange(r, rows);
      for (int c = 0; c < columns; c++) {
        long at = outAt + c * columnStride + 4L * r;
        FloatVector.fromMemorySegment(S, out, at, LITTLE_ENDIAN, part)
            .add(FloatVector.fromArray(S, tile, turned + c * rows + r, part))
            .intoMemorySegment(out, at, LITTLE_ENDIAN, part);
      }
    }
  }

  /** Transposes tiles into their scratch and says where it begins: an output in columns takes columns. */
  private int turn(float[] tile, int rows, int columns) {
    int turned = tall() * kernel.columns();
    if (rows == VectorTranspose.SIZE && L == VectorTranspose.SIZE && columns % L == 0) {
      VectorTranspose.floats(tile, 0, kernel.columns(), columns, tile, turned, tile, 2 * turned);
    } else {
      Transpose.floats(tile, 0, kernel.columns(), rows, columns, tile, turned, rows);
    }
    return turned;
  }
}
