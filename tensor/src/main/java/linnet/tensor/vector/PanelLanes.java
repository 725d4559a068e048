package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;

/** The inside of a matrix product: one tile at a time, from packed operands. */
interface PanelLanes {
  /** Floats of a line of the cache. */
  int LINE = 16;

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

  /**
   * Rows of the tiles, one below the other, that are written together where columns are dense: such that a
   * column's part fills a line of the cache. Lines that are written in parts come and go each time.
   */
  default int tall() {
    return Panels.padded(LINE, rows());
  }

  /** The length of an array of such tiles: with scratch to transpose them in twice, and a vector behind. */
  default int tileLength() {
    return (3 * tall() + 1) * columns();
  }

  /** tile += part, element by element, so many rows of tiles. */
  void sum(float[] tile, float[] part, int rows);

  /**
   * Writes the upper left (rows, columns) of a tile, or of tiles one below the other, to memory whose rows or
   * columns are dense.
   *
   * @param tile of {@link #tileLength}; what lies behind {@link #tall} rows is overwritten
   * @param rows at most {@link #tall}
   * @param rowStride in bytes
   * @param columnStride in bytes; one of the two is an element's
   */
  void store(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns);

  /** Adds the upper left (rows, columns) of a tile to memory, likewise. */
  void add(float[] tile, MemorySegment out, long outAt, long rowStride, long columnStride, int rows,
      int columns);
}
