package linnet.tensor.vector;

/**
 * How an output is cut into parts, of which each has a left operand of its own.
 *
 * @param down ranges of rows
 * @param across ranges of columns
 * @param strips of columns, at most, into which a part is cut; threads take them one by one
 */
record Cut(int down, int across, int strips) {
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
   * Rows as many as the caches allow, and equally many parts for each thread. Where they would allow fewer parts
   * than there are threads: those that pack and fetch least, some threads side by side.
   *
   * @param tiles that {@code rows} are
   * @param panels that {@code columns} are
   * @param fewest ranges of rows that the caches allow
   */
  static Cut of(int rows, int columns, int tiles, int panels, int fewest, int threads) {
    int down = Math.min(tiles, Panels.padded(fewest, threads));
    int across = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int d = fewest; d <= Math.min(threads, tiles); d++) {
      int a = Math.min(threads / d, panels);
      double cost = PACKING * (double) rows / d + (double) columns / a;
      if (cost < least) {
        least = cost;
        down = d;
        across = a;
      }
    }
    int strips = Math.ceilDiv(STRIPS * threads, down * across);
    return new Cut(down, across, Math.max(strips, Math.ceilDiv(Math.ceilDiv(panels, across), WIDEST)));
  }

  int parts() {
    return down * across;
  }
}
