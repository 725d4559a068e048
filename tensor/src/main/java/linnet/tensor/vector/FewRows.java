package linnet.tensor.vector;

import java.util.Arrays;
import linnet.tensor.DType;
import linnet.tensor.NormalFloat;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Products with few rows on the left, as in decoding: out(M,N) = a(M,K) · w(N,K)ᵀ, each element a sum of
 * lanes along K, see {@link DotLanes}. Each stored row of w is read once from memory: for very few rows of a
 * it is decoded on the way to the registers, for more in pieces that stay in the innermost cache.
 */
final class FewRows {
  /** Up to so many rows are summed this way; a constant, so that it does not depend on the machine. */
  static final int MOST = 16;

  /** A shorter sum is not worth the tree at its end. */
  private static final int LEAST_DEPTH = 64;
  /** Stored rows that are multiplied with one row of a before the next. */
  private static final int BLOCK = 64;
  /** Elements of a row that are decoded at once, at most: four such pieces take 10 KiB. */
  private static final int PIECE = 640;
  /** Rows of a up to which decoding again for each costs less than keeping what was decoded. */
  private static final int DIRECT = 4;

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

  /** One of the products of a left operand: out(M,N) = or += a(M,K) · b(K,N). */
  record Part(Matrix out, Matrix b) {
    /** Columns of one task: memory likes long runs. */
    int perTask(int threads) {
      return Math.max(BLOCK, Panels.padded(Math.ceilDiv(out.columns(), threads), DotLanes.ROWS));
    }

    int tasks(int threads) {
      return Math.ceilDiv(out.columns(), perTask(threads));
    }
  }

  /** All products at once: threads are handed their columns of every part together. */
  void run(Matrix a, Update update, Part... parts) {
    int depth = a.columns();
    int tasks = 0;
    long columns = 0;
    for (var part : parts) {
      tasks = Math.max(tasks, part.tasks(crew.threads()));
      columns += part.perTask(crew.threads());
    }
    var shared = crew.borrow();
    try {
      var left = shared.array(Purpose.LEFT, (long) a.rows() * depth);
      staging.loadRows(a.dtype(), a.segment(), a.offset(), a.rowStride(), a.columnStride(), a.rows(), depth,
          left, 0, depth);
      crew.runRows(tasks, columns * depth, (task, workspace) -> {
        for (var part : parts) {
          int perTask = part.perTask(crew.threads());
          int from = task * perTask;
          columns(part, left, from, Math.min(part.out.columns(), from + perTask), update, workspace);
        }
      });
    } finally {
      crew.giveBack(shared);
    }
  }

  private void columns(Part part, float[] left, int from, int end, Update update, Workspace workspace) {
    boolean direct = part.out.rows() <= DIRECT && hasWholeBlocks(part.b);
    int block = direct ? BLOCK : DotLanes.ROWS;
    for (int n = from; n < end; n += block) {
      int count = Math.min(block, end - n);
      if (direct) {
        storedRows(part.out, left, part.b, n, count, update, workspace);
      } else {
        stagedRows(part.out, left, part.b, n, count, update, workspace);
      }
    }
  }

  private static boolean hasWholeBlocks(Matrix b) {
    int block = b.dtype() == DType.NF4 ? NormalFloat.RUN : b.dtype().elementsPerBlock();
    return b.offset() % block == 0 && b.columnStride() % block == 0;
  }

  private void storedRows(Matrix out, float[] left, Matrix b, int n, int count, Update update,
      Workspace workspace) {
    int depth = b.rows();
    var sums = workspace.array(Purpose.STATE, count);
    for (int m = 0; m < out.rows(); m++) {
      dots.products(left, m * depth, depth, b.dtype(), b.segment(), b.offset() + n * b.columnStride(),
          b.columnStride(), count, sums, 0, workspace);
      for (int r = 0; r < count; r++) {
        put(out, m, n + r, sums[r], update);
      }
    }
  }

  private void stagedRows(Matrix out, float[] left, Matrix b, int n, int count, Update update,
      Workspace workspace) {
    int depth = b.rows();
    int pieces = Math.ceilDiv(depth, PIECE);
    int piece = Panels.padded(Math.ceilDiv(depth, pieces), DotLanes.LANES);
    var rows = workspace.array(Purpose.ROWS, (long) DotLanes.ROWS * piece);
    int sums = DotLanes.ROWS * DotLanes.LANES;
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
    var results = workspace.array(Purpose.RESULTS, DotLanes.ROWS);
    for (int m = 0; m < out.rows(); m++) {
      dots.combine(lanes, m * sums, count, results, 0);
      for (int r = 0; r < count; r++) {
        put(out, m, n + r, results[r], update);
      }
    }
  }

  private static void put(Matrix out, int m, int n, float value, Update update) {
    long at = out.offset() + m * out.rowStride() + n * out.columnStride();
    Native.set(out.segment(), at, update == Update.ADD ? Native.get(out.segment(), at) + value : value);
  }
}
