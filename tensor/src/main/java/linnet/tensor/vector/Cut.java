package linnet.tensor.vector;

/**
 * How an output is cut into parts, of which each has a left operand of its own.
 *
 * @param tiles that its rows are
 * @param panels that its columns are
 * @param down ranges of rows
 * @param across ranges of columns
 * @param strips of columns, at most, into which a part is cut; threads take them one by one
 */
record Cut(int tiles, int panels, int down, int across, int strips) {
  /** Strips for each thread, about, so that a slow one does not hold up the others. */
  private static final int STRIPS = 8;
  /**
   * Panels that a tile of rows goes past before the next tile does, at most: so rows of the output are written
   * in long runs, and the tile is read from the innermost cache.
   */
  private static final int WIDEST = 8;
  /** Packing a row of the left operand takes as long as fetching so many packed columns of the right one. */
  private static final int PACKING = 11;

  /**
   * Where there are at least as many ranges of rows as threads, as many of them for each thread. Else the grid
   * of at most as many parts as threads that costs least, counting the rows that are packed and the columns
   * that are fetched.
   *
   * @param tiles that {@code rows} are
   * @param panels that {@code columns} are
   * @param rowRanges at least, for each to fit a cache
   */
  static Cut of(int rows, int columns, int tiles, int panels, int rowRanges, int threads) {
    int down = Math.min(tiles, Panels.padded(rowRanges, threads));
    int across = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int d = rowRanges; d <= Math.min(threads, tiles); d++) {
      int a = Math.min(threads / d, panels);
      double cost = PACKING * (double) rows / d + (double) columns / a;
      if (cost < least) {
        least = cost;
        down = d;
        across = a;
      }
    }
    int strips = Math.ceilDiv(STRIPS * threads, down * across);
    return new Cut(tiles, panels, down, across,
        Math.max(strips, Math.ceilDiv(Math.ceilDiv(panels, across), WIDEST)));
  }

  int parts() {
    return down * across;
  }

  /** The first tile of a range of rows. */
  int firstTile(int index) {
    return (int) ((long) tiles * index / down);
  }

  /** The first panel of a range of columns. */
  int firstPanel(int index) {
    return (int) ((long) panels * index / across);
  }
}
