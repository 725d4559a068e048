package linnet.nn.lora;

import java.util.Arrays;
import java.util.stream.IntStream;
import linnet.tensor.RandomKey;

/**
 * The largest singular values of a matrix and their vectors, in F64, by Lanczos' method with full
 * reorthogonalisation on the smaller of WᵀW and WWᵀ (Golub and Van Loan, "Matrix Computations", chapter 10):
 * it takes a few products with W for each of them, not a decomposition of the whole. Its start is fixed, so
 * that the same matrix has the same result everywhere.
 *
 * @param values the largest first
 * @param left a row for each value: unit vectors of M elements
 * @param right a row for each value: unit vectors of N elements
 */
record SingularVectors(double[] values, double[][] left, double[][] right) {
  private static final double TOLERANCE = 1e-12;
  private static final int FIRST_CHECK = 20;
  private static final int CHECKED_EVERY = 16;

  /**
   * Finds them.
   *
   * @param w W(M,N), row by row
   * @param count how many
   * @throws IllegalArgumentException if the matrix has fewer
   */
  static SingularVectors largest(double[] w, int m, int n, int count) {
    if (count > Math.min(m, n)) {
      throw new IllegalArgumentException("found " + count + " singular values asked of a matrix of shape ("
          + m + ", " + n + "), expected at most " + Math.min(m, n));
    }
    boolean wide = m < n;
    var found = ofTall(new Matrix(w, m, n, wide), Math.min(m, n), count);
    return wide ? found.swapped() : found;
  }

  private SingularVectors swapped() {
    return new SingularVectors(values, right, left);
  }

  private static SingularVectors ofTall(Matrix w, int n, int count) {
    var basis = new double[n][];
    var diagonal = new double[n];
    var beside = new double[n]; // beside[j] couples j and j + 1
    basis[0] = start(n, 0);
    for (int j = 0; ; j++) {
      var next = w.timesTransposed(w.times(basis[j]));
      diagonal[j] = dot(next, basis[j]);
      for (int pass = 0; pass < 2; pass++) {
        removeAll(next, basis, j + 1);
      }
      int size = j + 1;
      double norm = Math.sqrt(dot(next, next));
      boolean whole = size == n;
      if (whole || size >= count + FIRST_CHECK && size % CHECKED_EVERY == 0) {
        var eigen = TridiagonalEigen.of(Arrays.copyOf(diagonal, size), Arrays.copyOf(beside, size));
        if (whole || converged(eigen, norm, count)) {
          return assembled(w, n, basis, eigen, count);
        }
      }
      double scale = Arrays.stream(diagonal, 0, size).map(Math::abs).max().orElse(0);
      if (norm <= 1e-14 * scale || norm == 0) { // an invariant subspace: go on in what is left
        beside[j] = 0;
        basis[size] = fresh(basis, size, n);
      } else {
        beside[j] = norm;
        basis[size] = scaled(next, 1 / norm);
      }
    }
  }

  private static boolean converged(TridiagonalEigen eigen, double norm, int count) {
    int last = eigen.vectors().length - 1;
    for (int i = 0; i < count; i++) {
      if (Math.abs(norm * eigen.vectors()[last][eigen.order(i)])
          > TOLERANCE * Math.abs(eigen.values()[eigen.order(0)])) {
        return false;
      }
    }
    return true;
  }

  private static SingularVectors assembled(Matrix w, int n, double[][] basis, TridiagonalEigen eigen,
      int count) {
    var values = new double[count];
    var left = new double[count][];
    var right = new double[count][];
    for (int i = 0; i < count; i++) {
      int column = eigen.order(i);
      var v = new double[n];
      for (int j = 0; j < eigen.vectors().length; j++) {
        add(v, eigen.vectors()[j][column], basis[j]);
      }
      right[i] = scaled(v, 1 / Math.sqrt(dot(v, v)));
      var u = w.times(right[i]);
      values[i] = Math.sqrt(dot(u, u));
      left[i] = values[i] == 0 ? u : scaled(u, 1 / values[i]);
    }
    return new SingularVectors(values, left, right);
  }

  private static double[] start(int n, int attempt) {
    var key = new RandomKey(0).derive("lanczos").derive(attempt);
    var v = IntStream.range(0, n).mapToDouble(key::normal).toArray();
    return scaled(v, 1 / Math.sqrt(dot(v, v)));
  }

  private static double[] fresh(double[][] basis, int size, int n) {
    for (int attempt = 1; ; attempt++) {
      var v = start(n, attempt);
      removeAll(v, basis, size);
      removeAll(v, basis, size);
      double norm = Math.sqrt(dot(v, v));
      if (norm > 1e-8) {
        return scaled(v, 1 / norm);
      }
    }
  }

  private static void removeAll(double[] v, double[][] basis, int size) {
    for (int j = 0; j < size; j++) {
      add(v, -dot(v, basis[j]), basis[j]);
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void add(double[] to, double factor, double[] v) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * v[i];
    }
  }

  private static double[] scaled(double[] v, double factor) {
    return Arrays.stream(v).map(x -> x * factor).toArray();
  }

  /**
   * A matrix that is taller than wide, stored as it is or transposed. Its products use all processors; each element is
   * one sum in the order of its terms, whoever computes it.
   *
   * @param w row by row as stored
   * @param rows of what is stored
   * @param columns of what is stored
   * @param transposed whether the stored matrix is the transpose of the one that is meant
   */
  private record Matrix(double[] w, int rows, int columns, boolean transposed) {
    private static final int ELEMENTS_OF_A_TASK = 1 << 16;

    double[] times(double[] v) {
      return transposed ? sumsOfColumns(v) : sumsOfRows(v);
    }

    double[] timesTransposed(double[] u) {
      return transposed ? sumsOfRows(u) : sumsOfColumns(u);
    }

    private double[] sumsOfRows(double[] v) {
      var sums = new double[rows];
      inTasks(rows, columns, (from, to) -> {
        for (int i = from; i < to; i++) {
          sums[i] = sumOfRow(i, v);
        }
      });
      return sums;
    }

    private double sumOfRow(int i, double[] v) {
      double sum = 0;
      for (int j = 0, at = i * columns; j < columns; j++) {
        sum += w[at + j] * v[j];
      }
      return sum;
    }

    private double[] sumsOfColumns(double[] u) {
      var sums = new double[columns];
      inTasks(columns, rows, (from, to) -> {
        for (int i = 0; i < rows; i++) {
          addRow(i, u[i], sums, from, to);
        }
      });
      return sums;
    }

    private void addRow(int i, double factor, double[] sums, int from, int to) {
      for (int j = from, at = i * columns; j < to; j++) {
        sums[j] += w[at + j] * factor;
      }
    }

    private static void inTasks(int sums, int terms, Task task) {
      int step = Math.max(1, ELEMENTS_OF_A_TASK / terms);
      IntStream.range(0, Math.ceilDiv(sums, step)).parallel()
          .forEach(i -> task.run(i * step, Math.min(sums, (i + 1) * step)));
    }

    private interface Task {
      void run(int from, int to);
    }
  }
}
