package linnet.tensor.vector;

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
      new Product(out.transposed(), b.transposed(), a.transposed(), update).run();
    } else {
      new Product(out, a, b, update).run();
    }
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

  /** One product of matrices. */
  private final class Product {
    private final Matrix out;
    private final Matrix a;
    private final Matrix b;
    private final Update update;
    private final boolean small;

    Product(Matrix out, Matrix a, Matrix b, Update update) {
      this.out = out;
      this.a = a;
      this.b = b;
      this.update = update;
      small = (long) out.rows() * out.columns() * a.columns() < SMALL;
    }

    void run() {
      int narrow = Math.min(WIDEST, Panels.padded(out.columns(), panels.columns()));
      int depth = Math.min(a.columns(), Math.max(1, BUFFER / narrow / Panels.DEPTH) * Panels.DEPTH);
      int columns = Math.min(out.columns(), BUFFER / depth / panels.columns() * panels.columns());
      var shared = crew.borrow();
      try {
        for (int column = 0; column < out.columns(); column += columns) {
          int width = Math.min(columns, out.columns() - column);
          for (int k = 0; k < a.columns(); k += depth) {
            int length = Math.min(depth, a.columns() - k);
            group(out.part(0, out.rows(), column, width), a.part(0, a.rows(), k, length),
                b.part(k, length, column, width), k == 0 ? update : Update.ADD, shared);
          }
        }
      } finally {
        crew.giveBack(shared);
      }
    }

    /** A part of the product whose right operand fits the buffer: packed by all, then used by all. */
    private void group(Matrix c, Matrix left, Matrix right, Update first, Workspace shared) {
      int depth = right.rows();
      var packed = panels.right(shared, Purpose.RIGHT, c.columns(), depth);
      int blocks = (depth + Panels.DEPTH - 1) / Panels.DEPTH;
      share(blocks * (packed.padded() / panels.columns()), (task, workspace) ->
          panels.packRight(right, task % blocks * Panels.DEPTH, task / blocks * panels.columns(), packed,
              workspace));

      int taskRows = taskRows(c, depth);
      int down = (c.rows() + taskRows - 1) / taskRows;
      int taskColumns = taskColumns(c, down);
      int across = (c.columns() + taskColumns - 1) / taskColumns;
      share(down * across, (task, workspace) -> {
        int row = task % down * taskRows;
        int column = task / down * taskColumns;
        int rows = Math.min(taskRows, c.rows() - row);
        var room = panels.left(workspace, Purpose.LEFT, rows, depth);
        var packedLeft = panels.packLeft(left.part(row, rows, 0, depth), room, workspace);
        var target = c.part(row, rows, column, Math.min(taskColumns, c.columns() - column));
        panels.multiply(target, packedLeft, 0, packed, column, first, workspace);
      });
    }

    /** Rows of a task: as many as stay in a core's own cache. */
    private int taskRows(Matrix c, int depth) {
      int cached = LEFT / Panels.padded(depth, Panels.DEPTH);
      return Panels.padded(Math.min(Math.clamp(cached, MOST_ROWS / 4, MOST_ROWS), c.rows()), panels.rows());
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
