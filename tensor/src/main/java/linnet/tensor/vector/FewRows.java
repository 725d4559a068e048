package linnet.tensor.vector;

import java.util.Arrays;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Products with few rows on the left, as in decoding: out(M,N) = a(M,K) · w(N,K)ᵀ, each element a sum of 16
 * lanes along K. Each stored row of w is read once, for all rows of a, in pieces that stay in the innermost
 * cache.
 */
final class FewRows {
  /** Up to so many rows are summed this way; a constant, so that it does not depend on the machine. */
  static final int MOST = 16;

  /** A shorter sum is not worth the tree at its end. */
  private static final int LEAST_DEPTH = 64;
  /** Stored rows of one task. */
  private static final int TASK = 64;
  /** Elements of a row that are decoded at once, at most: four such pieces take 10 KiB. */
  private static final int PIECE = 640;
  /** Pieces are multiples of this: of the lanes, and of the blocks of quantised types. */
  private static final int UNIT = 32;

  private final Crew crew;
  private final DotLanes dots;
  private final Staging staging;

  FewRows(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.dots = lanes.dots();
    this.staging = new Staging(lanes.storage());
  }

  /** Whether the product of {@code a} and {@code b} is summed this way. */
  static boolean suits(Matrix a, Matrix b) {
    return a.rows() <= MOST && b.rowStride() == 1 && b.rows() >= LEAST_DEPTH;
  }

  void run(Matrix out, Matrix a, Matrix b, Update update) {
    int depth = a.columns();
    var shared = crew.borrow();
    try {
      var left = shared.array(Purpose.LEFT, (long) a.rows() * depth);
      staging.loadRows(a.dtype(), a.segment(), a.offset(), a.rowStride(), a.columnStride(), a.rows(), depth,
          left, 0, depth);
      crew.runRows((out.columns() + TASK - 1) / TASK, (long) TASK * depth, (task, workspace) -> {
        int end = Math.min(out.columns(), (task + 1) * TASK);
        for (int n = task * TASK; n < end; n += DotLanes.ROWS) {
          storedRows(out, left, b, n, Math.min(DotLanes.ROWS, end - n), update, workspace);
        }
      });
    } finally {
      crew.giveBack(shared);
    }
  }

  private void storedRows(Matrix out, float[] left, Matrix b, int n, int count, Update update,
      Workspace workspace) {
    int depth = b.rows();
    int pieces = (depth + PIECE - 1) / PIECE;
    int piece = Panels.padded((depth + pieces - 1) / pieces, UNIT);
    var rows = workspace.array(Purpose.ROWS, (long) DotLanes.ROWS * piece);
    int sums = DotLanes.ROWS * Tree.LANES;
    var lanes = workspace.array(Purpose.STATE, (long) out.rows() * sums);
    Arrays.fill(lanes, 0, out.rows() * sums, 0);
    for (int k = 0; k < depth; k += piece) {
      int length = Math.min(piece, depth - k);
      staging.loadRows(b.dtype(), b.segment(), b.offset() + n * b.columnStride() + k, b.columnStride(), 1,
          count, length, rows, 0, piece);
      for (int m = 0; m < out.rows(); m++) {
        dots.addProducts(left, m * depth + k, rows, piece, length, lanes, m * sums);
      }
    }
    for (int m = 0; m < out.rows(); m++) {
      for (int r = 0; r < count; r++) {
        long at = out.offset() + m * out.rowStride() + (n + r) * out.columnStride();
        float value = Tree.combine(lanes, m * sums + r * Tree.LANES);
        Native.set(out.segment(), at, update == Update.ADD ? Native.get(out.segment(), at) + value : value);
      }
    }
  }
}
