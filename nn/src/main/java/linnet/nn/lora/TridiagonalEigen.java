package linnet.nn.lora;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The eigenvalues and eigenvectors of a symmetric tridiagonal matrix, by QL steps with implicit shifts
 * (Bowdler and others, "The QR and QL Algorithms for Symmetric Matrices", 1968).
 *
 * @param values in no order
 * @param vectors a column for each value
 * @param descending the places of the values, the largest first
 */
record TridiagonalEigen(double[] values, double[][] vectors, int[] descending) {
  private static final int MAX_STEPS = 100;

  /**
   * Decomposes a matrix.
   *
   * @param diagonal becomes the values
   * @param beside element i couples i and i + 1; the last is not read; overwritten
   */
  static TridiagonalEigen of(double[] diagonal, double[] beside) {
    int n = diagonal.length;
    var vectors = new double[n][n];
    for (int i = 0; i < n; i++) {
      vectors[i][i] = 1;
    }
    beside[n - 1] = 0;
    for (int l = 0; l < n; l++) {
      int steps = 0;
      for (int m = block(diagonal, beside, l); m != l; m = block(diagonal, beside, l)) {
        if (++steps > MAX_STEPS) {
          throw new ArithmeticException("the eigenvalues of a matrix of " + n + " rows do not converge: are"
              + " its values finite?");
        }
        step(diagonal, beside, vectors, l, m);
      }
    }
    int[] descending = IntStream.range(0, n).boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -diagonal[i])).mapToInt(Integer::intValue)
        .toArray();
    return new TridiagonalEigen(diagonal, vectors, descending);
  }

  /** Where the i-th largest value stands. */
  int order(int i) {
    return descending[i];
  }

  /** The end of the block from l on that nothing couples with what follows. */
  private static int block(double[] d, double[] e, int l) {
    int m = l;
    while (m < d.length - 1 && Math.abs(e[m]) > Math.ulp(Math.abs(d[m]) + Math.abs(d[m + 1]))) {
      m++;
    }
    return m;
  }

  /** One QL step on the block from l to m. */
  private static void step(double[] d, double[] e, double[][] vectors, int l, int m) {
    double g = (d[l + 1] - d[l]) / (2 * e[l]);
    double r = Math.hypot(g, 1);
    g = d[m] - d[l] + e[l] / (g + Math.copySign(r, g));
    double sine = 1;
    double cosine = 1;
    double p = 0;
    for (int i = m - 1; i >= l; i--) {
      double f = sine * e[i];
      double b = cosine * e[i];
      r = Math.hypot(f, g);
      e[i + 1] = r;
      if (r == 0) { // the block falls apart
        d[i + 1] -= p;
        e[m] = 0;
        return;
      }
      sine = f / r;
      cosine = g / r;
      g = d[i + 1] - p;
      r = (d[i] - g) * sine + 2 * cosine * b;
      p = sine * r;
      d[i + 1] = g + p;
      g = cosine * r - b;
      for (var row : vectors) {
        double right = row[i + 1];
        row[i + 1] = sine * row[i] + cosine * right;
        row[i] = cosine * row[i] - sine * right;
      }
    }
    d[l] -= p;
    e[l] = g;
    e[m] = 0;
  }
}
