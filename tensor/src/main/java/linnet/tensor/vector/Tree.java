package linnet.tensor.vector;

/** The fixed order of every sum along a row. */
final class Tree {
  /** Virtual lanes: element i of a row is added to lane i mod 16, whatever the hardware has. */
  static final int LANES = 16;
  /** Longer rows are summed in pieces of this length, and the pieces' sums in F64, in order. */
  static final int CHUNK = 4096;

  private Tree() {}

  /** The sum of 16 lanes: halves added to halves. */
  static float combine(float[] lanes) {
    return combine(lanes, 0);
  }

  /** The sum of the 16 lanes from {@code at}: halves added to halves. */
  static float combine(float[] lanes, int at) {
    return (quarter(lanes, at) + quarter(lanes, at + 2)) + (quarter(lanes, at + 1) + quarter(lanes, at + 3));
  }

  /** Lane {@code at}, and those 4, 8 and 12 further on. */
  private static float quarter(float[] lanes, int at) {
    return (lanes[at] + lanes[at + 8]) + (lanes[at + 4] + lanes[at + 12]);
  }

  /** The sum of 16 lanes: halves added to halves, as above. Overwrites them. */
  static double combine(double[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int l = 0; l < half; l++) {
        lanes[l] += lanes[l + half];
      }
    }
    return lanes[0];
  }
}
