package linnet.tensor.vector;

import static linnet.tensor.vector.Native.F32;

import java.util.Arrays;
import linnet.tensor.DType;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Products of few rows and a long sum, out(M,N) = a(M,K) · b(K,N) with dense rows of b, such as the gradients
 * of LoRA's factors: b is read once, row after row, and not packed; the sums stay in the innermost cache.
 * They are those of {@link Panels}, to the bit.
 */
final class ThinRows {
  /** Rows of out, at most. */
  private static final int MOST = 16;
  /** A narrower product is not worth a kernel of its own. */
  private static final int LEAST_COLUMNS = 64;
  /** Columns that a task sums, at most: with 8 rows they take half of a 32 KiB cache. */
  private static final int COLUMNS = 512;
  /** Rows and terms of one call of {@link ElementLanes#addFourRows}. */
  private static final int STEP = 4;

  private final Crew crew;
  private final ElementLanes elements;
  private final Staging staging;

  ThinRows(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.elements = lanes.elements();
    this.staging = new Staging(lanes.storage());
  }

  /** Whether the product of {@code a} and {@code b} is best computed here. */
  static boolean suits(Matrix a, Matrix b) {
    return a.rows() <= MOST && b.dtype() == DType.F32 && b.columnStride() == 1
        && b.columns() >= LEAST_COLUMNS && b.rows() >= STEP;
  }

  void run(Matrix out, Matrix a, Matrix b, Update update) {
    var shared = crew.borrow();
    try {
      int rows = Panels.padded(a.rows(), STEP);
      var factors = shared.array(Purpose.LEFT, (long) rows * a.columns()); // aᵀ, rows of it padded
      staging.loadRows(a.dtype(), a.segment(), a.offset(), a.columnStride(), a.rowStride(), a.columns(),
          a.rows(), factors, 0, rows);
      for (int k = 0; k < a.columns() && rows > a.rows(); k++) {
        Arrays.fill(factors, k * rows + a.rows(), (k + 1) * rows, 0f);
      }
      int perThread = (out.columns() + crew.threads() - 1) / crew.threads();
      int width = Math.min(COLUMNS, Panels.padded(perThread, LEAST_COLUMNS));
      crew.runRows((out.columns() + width - 1) / width, (long) width * a.columns(), (task, workspace) -> {
        int column = task * width;
        int n = Math.min(width, out.columns() - column);
        sum(out.part(0, out.rows(), column, n), factors, rows, b.part(0, b.rows(), column, n), update,
            workspace);
      });
    } finally {
      crew.giveBack(shared);
    }
  }

  private void sum(Matrix out, float[] factors, int rows, Matrix b, Update update, Workspace workspace) {
    int n = out.columns();
    long stride = 4L * COLUMNS;
    var total = workspace.segment(Purpose.OUTPUT, (long) rows * COLUMNS);
    var sum = workspace.segment(Purpose.OUTPUT_2, (long) rows * COLUMNS);
    elements.fill(total, 0, 0, rows * COLUMNS);
    for (int r = 0; r < out.rows() && update == Update.ADD; r++) {
      for (int c = 0; c < n; c++) {
        total.set(F32, r * stride + 4L * c, Native.get(out.segment(), out.at(r, c)));
      }
    }
    int block = Panels.block(b.rows());
    for (int from = 0; from < b.rows(); from += block) {
      elements.fill(sum, 0, 0, rows * COLUMNS);
      int end = Math.min(b.rows(), from + block);
      int k = from;
      for (; k + STEP <= end; k += STEP) {
        for (int r = 0; r < rows; r += STEP) {
          elements.addFourRows(sum, r * stride, stride, b.segment(), 4 * b.at(k, 0), 4 * b.rowStride(),
              factors, k * rows + r, rows, n);
        }
      }
      for (; k < end; k++) {
        for (int r = 0; r < out.rows(); r++) {
          elements.addScaled(sum, r * stride, b.segment(), 4 * b.at(k, 0), factors[k * rows + r], n);
        }
      }
      elements.addScaled(total, 0, sum, 0, 1, rows * COLUMNS);
    }
    for (int r = 0; r < out.rows(); r++) {
      for (int c = 0; c < n; c++) {
        Native.set(out.segment(), out.at(r, c), total.get(F32, r * stride + 4L * c));
      }
    }
  }
}
