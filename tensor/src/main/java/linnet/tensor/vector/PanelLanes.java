package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;

/** The inside of a matrix product: one tile at a time, from packed operands. */
interface PanelLanes {
  /** Rows of a tile. */
  int rows();

  /** Columns of a tile. */
  int columns();

  /**
   * out(rows, columns) = a · b, each element Σ over k in order, by fused multiply-add from zero.
   *
   * @param depth how many k
   * @param a rows, {@link Panels#DEPTH} apart, from {@code aAt}
   * @param b a panel, {@link #columns} floats a k, from {@code bAt}, a multiple of these
   * @param out rows of the result, {@code outStride} apart, from {@code outAt}
   */
  void multiply(int depth, float[] a, int aAt, float[] b, int bAt, float[] out, int outAt, int outStride);

  /** tile += part, element by element. */
  void sum(float[] tile, float[] part);

  /** The length of a tile's array: the tile, scratch to transpose it in, and a vector behind that. */
  default int tileLength() {
    return (2 * rows() + 1) * columns();
  }

  /**
   * Writes the upper left (rows, columns) of a tile to memory whose rows or columns are dense.
   *
   * @param tile of {@link #tileLength}; what lies behind the tile is overwritten
   * @param rowStride in bytes
   * @param columnStride in bytes; one of the two is an element's
   */
  void store(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns);

  /** Adds the upper left (rows, columns) of a tile to memory, likewise. */
  void add(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns);
}
