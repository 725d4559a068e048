package linnet.tensor.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import linnet.tensor.DType;
import linnet.tensor.Tensor;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Matrix products: out(…,M,N) = or += a(…,M,K) · b(…,K,N). The threads pack the right operand together, as
 * much of it as fits a buffer; then they share the tiles of the output, each packing the rows of the left
 * operand that it needs.
 */
final class MatMul {
  /** Floats of the packed right operand: 4 MiB. */
  private static final int BUFFER = 1 << 20;
  /** Columns that are packed together before K is cut. */
  private static final int WIDEST = 1024;
  /** Floats of the left operand that one task packs: 384 KiB. */
  private static final int LEFT = 96 << 10;
  /** Rows of one task, at most. */
  private static final int MOST_ROWS = 128;
  /** Tasks for each thread, at least, so that a slow one does not hold up the others. */
  private static final int TASKS = 3;
  /**
   * Up to so many rows, packing a right operand with dense columns would cost more than a third of the
   * product.
   */
  private static final int FLIPPED_ROWS = 128;
  /** Multiply-adds below which threads are not worth their hand-over. */
  private static final long SMALL = 1 << 17;

  private final Crew crew;
  private final Panels panels;
  private final FewRows fewRows;

  MatMul(Crew crew, Lanes lanes) {
    this.crew = crew;
    this.panels = new Panels(lanes);
    this.fewRows = new FewRows(crew, lanes);
  }

  void run(Tensor out, Tensor a, Tensor b, Update update) {
    int batchDims = out.rank() - 2;
    check(out, a, b);
    int batch = 1;
    for (int d = 0; d < batchDims; d++) {
      batch *= out.size(d);
    }
    long work = (long) out.size(-2) * out.size(-1) * a.size(-1);
    if (batch > 1 && work < 64 * SMALL) {
      crew.run(batch, (index, workspace) -> runOne(out, a, b, index, update));
    } else {
      for (int index = 0; index < batch; index++) {
        runOne(out, a, b, index, update);
      }
    }
  }

  private static void check(Tensor out, Tensor a, Tensor b) {
    int batchDims = out.rank() - 2;
    boolean fits = batchDims >= 0 && a.rank() == out.rank() && b.rank() == out.rank()
        && out.size(-2) == a.size(-2) && out.size(-1) == b.size(-1) && a.size(-1) == b.size(-2)
        && IntStream.range(0, batchDims).allMatch(d -> out.size(d) == a.size(d) && out.size(d) == b.size(d));
    if (!fits) {
      throw new IllegalArgumentException("product out(…,M,N) = a(…,M,K) · b(…,K,N) of a " + a + " and b " + b
          + " into " + out + ": the shapes do not fit");
    }
    if (out.dtype() != DType.F32 || out.size(-1) > 1 && out.stride(-1) != 1) {
      throw new IllegalArgumentException("product into " + out + ": the output must be F32 with dense rows");
    }
  }

  private void runOne(Tensor out, Tensor a, Tensor b, int index, Update update) {
    run(Matrix.of(out, shift(out, index)), Matrix.of(a, shift(a, index)), Matrix.of(b, shift(b, index)),
        update);
  }

  /** Where matrix {@code index} of a batch begins, in elements from the tensor's first. */
  private static long shift(Tensor x, int index) {
    long shift = 0;
    for (int d = x.rank() - 3; d >= 0; d--) {
      shift += index % x.size(d) * x.stride(d);
      index /= x.size(d);
    }
    return shift;
  }

  /** out = or += a · b, of matrices. */
  void run(Matrix out, Matrix a, Matrix b, Update update) {
    if (out.rows() == 0 || out.columns() == 0) {
      return;
    }
    if (a.columns() == 0) {
      if (update == Update.REPLACE) {
        clear(out);
      }
    } else if (FewRows.suits(a, b)) {
      fewRows.run(out, a, b, update);
    } else if (FewRows.suits(b.transposed(), a.transposed())) {
      fewRows.run(out.transposed(), b.transposed(), a.transposed(), update);
    } else if (isBetterFlipped(out, b)) {
      new Product(out.transposed(), new Factors(b.transposed(), a.transposed()), update).run();
    } else {
      new Product(out, new Factors(a, b), update).run();
    }
  }

  /**
   * out(M,N) = a(M,K) · b(K,N) + c(M,J) · d(J,N): in one pass over the output where the first is a large
   * product.
   */
  void run(Tensor out, Tensor a, Tensor b, Tensor c, Tensor d) {
    check(out, a, b);
    check(out, c, d);
    if (out.rank() == 2 && out.elements() > 0 && a.size(1) > 0 && c.size(1) > 0) {
      var sum = Matrix.of(out, 0);
      var factors = new Factors(Matrix.of(a, 0), Matrix.of(b, 0));
      var product = new Product(sum, factors, Update.REPLACE);
      if (!isThin(factors) && !isBetterFlipped(sum, factors.b) && product.hasWholeDepth()) {
        product.runWith(new Factors(Matrix.of(c, 0), Matrix.of(d, 0)));
        return;
      }
    }
    run(out, a, b, Update.REPLACE);
    run(out, c, d, Update.ADD);
  }

  private static boolean isThin(Factors factors) {
    return FewRows.suits(factors.a, factors.b) || FewRows.suits(factors.b.transposed(), factors.a.transposed());
  }

  /**
   * Whether outᵀ = bᵀ · aᵀ is less work, which has the same sums: if the columns are too few for a panel, or
   * the rows too few to make up for packing b, which is cheaper as a left operand if its columns are dense.
   */
  private boolean isBetterFlipped(Matrix out, Matrix b) {
    return out.columns() < panels.columns() && out.rows() > out.columns()
        || b.rowStride() == 1 && out.rows() <= FLIPPED_ROWS && out.columns() > 4 * out.rows();
  }

  private static void clear(Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      out.segment().asSlice(4 * (out.offset() + r * out.rowStride()), 4L * out.columns()).fill((byte) 0);
    }
  }

  /** What is multiplied: a(M,K) and b(K,N). */
  private record Factors(Matrix a, Matrix b) {
    int depth() {
      return b.rows();
    }

    Factors part(int k, int depth, int column, int columns) {
      return new Factors(a.part(0, a.rows(), k, depth), b.part(k, depth, column, columns));
    }
  }

  /** One product of matrices, and perhaps a thin one added to it. */
  private final class Product {
    private static final Purpose[] LEFTS = {Purpose.LEFT, Purpose.LEFT_2};
    private static final Purpose[] RIGHTS = {Purpose.RIGHT, Purpose.RIGHT_2};

    private final Matrix out;
    private final Factors factors;
    private final Update update;
    private final boolean small;
    private final int depth;
    private final int columns;

    Product(Matrix out, Factors factors, Update update) {
      this.out = out;
      this.factors = factors;
      this.update = update;
      small = (long) out.rows() * out.columns() * factors.depth() < SMALL;
      int narrow = Math.min(WIDEST, Panels.padded(out.columns(), panels.columns()));
      depth = Math.min(factors.depth(), Math.max(1, BUFFER / narrow / Panels.DEPTH) * Panels.DEPTH);
      columns = Math.min(out.columns(), BUFFER / depth / panels.columns() * panels.columns());
    }

    /** Whether each output element is finished in one group. */
    boolean hasWholeDepth() {
      return depth == factors.depth();
    }

    void run() {
      eachColumns((column, width, shared) -> {
        for (int k = 0; k < factors.depth(); k += depth) {
          int length = Math.min(depth, factors.depth() - k);
          group(out.part(0, out.rows(), column, width), List.of(factors.part(k, length, column, width)),
              k == 0 ? update : Update.ADD, shared);
        }
      });
    }

    /** Adds the product of {@code more}, which is thin, before the output is written. */
    void runWith(Factors more) {
      eachColumns((column, width, shared) -> group(out.part(0, out.rows(), column, width),
          List.of(factors.part(0, depth, column, width), more.part(0, more.depth(), column, width)), update, shared));
    }

    /** Work on the output's columns from {@code column} on, with scratch that all threads see. */
    private interface ColumnWork {
      void run(int column, int width, Workspace shared);
    }

    private void eachColumns(ColumnWork work) {
      var shared = crew.borrow();
      try {
        for (int column = 0; column < out.columns(); column += columns) {
          work.run(column, Math.min(columns, out.columns() - column), shared);
        }
      } finally {
        crew.giveBack(shared);
      }
    }

    /** A part of the product whose right operands fit the buffers: packed by all, then used by all. */
    private void group(Matrix c, List<Factors> sum, Update first, Workspace shared) {
      var rights = new ArrayList<PackedRight>();
      for (var term : sum) {
        var packed = panels.right(shared, RIGHTS[rights.size()], c.columns(), term.depth());
        int blocks = (term.depth() + Panels.DEPTH - 1) / Panels.DEPTH;
        share(blocks * (packed.padded() / panels.columns()), (task, workspace) ->
            panels.packRight(term.b, task % blocks * Panels.DEPTH, task / blocks * panels.columns(), packed,
                workspace));
        rights.add(packed);
      }

      int tiles = (c.rows() + panels.rows() - 1) / panels.rows();
      int down = tasksDown(tiles, sum.getFirst().depth());
      int taskColumns = taskColumns(c, down);
      int across = (c.columns() + taskColumns - 1) / taskColumns;
      share(down * across, (task, workspace) -> {
        int row = firstTile(tiles, task % down, down) * panels.rows();
        int end = Math.min(firstTile(tiles, task % down + 1, down) * panels.rows(), c.rows());
        int column = task / down * taskColumns;
        var terms = new ArrayList<Panels.Term>();
        for (var term : sum) {
          var room = panels.left(workspace, LEFTS[terms.size()], end - row, term.depth());
          terms.add(new Panels.Term(
              panels.packLeft(term.a.part(row, end - row, 0, term.depth()), room, workspace),
              rights.get(terms.size())));
        }
        var target = c.part(row, end - row, column, Math.min(taskColumns, c.columns() - column));
        panels.multiply(target, terms, column, first, workspace);
      });
    }

    private static int firstTile(int tiles, int part, int parts) {
      return (int) ((long) tiles * part / parts);
    }

    /**
     * Into how many parts the rows are cut: a part's left operand stays in a core's own cache, and all
     * threads get equally many parts, which differ by a tile at most.
     */
    private int tasksDown(int tiles, int depth) {
      int cached = Math.clamp(LEFT / Panels.padded(depth, Panels.DEPTH), MOST_ROWS / 4, MOST_ROWS);
      int most = Math.max(1, cached / panels.rows());
      int parts = (tiles + most - 1) / most;
      return parts == 1 ? 1 : Math.min(tiles, Panels.padded(parts, crew.threads()));
    }

    /** Columns of a task: all, unless there are too few rows to keep every thread busy. */
    private int taskColumns(Matrix c, int down) {
      int across = Math.max(1, TASKS * crew.threads() / down);
      return Panels.padded((c.columns() + across - 1) / across, panels.columns());
    }

    private void share(int tasks, Crew.Work work) {
      if (small) {
        crew.run(1, (one, workspace) -> {
          for (int task = 0; task < tasks; task++) {
            work.run(task, workspace);
          }
        });
      } else {
        crew.run(tasks, work);
      }
    }
  }
}
