package linnet.tensor.vector;

import java.util.List;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * One product of matrices by packed operands: out(M,N) = or += Σ a(M,K)·b(K,N) over one or more terms, as one
 * sum along all of their K. The threads pack the right operands together, as much of them as fits a buffer;
 * then they share the rows of the output, each packing the rows of the left operands that it needs.
 */
final class Product {
  /** What is multiplied: a(M,K) and b(K,N). */
  record Term(Matrix a, Matrix b) {
    int depth() {
      return b.rows();
    }
  }

  /** What the second term's left operand is made of: t(M,R) = a(M,K)·(scale·c(K,R)), a the first term's. */
  private record LowRank(Panels panels, Matrix t, Matrix c, float scale) {
    void multiply(int row, int end, PackedLeft left, PackedRight factor, Workspace workspace) {
      panels.multiply(rows(t, row, end), left, factor, Update.REPLACE, workspace);
    }
  }

  /** Floats of the packed right operand: 4 MiB. */
  private static final int BUFFER = 1 << 20;
  /** The longest sum whose right operand is not cut along K; then so many columns fit the buffer. */
  private static final int WHOLE = BUFFER / 256;
  /** Columns that are packed together before a longer one is cut. */
  private static final int WIDEST = 1024;
  /** Floats of the left operand that one task packs: 384 KiB. */
  private static final int LEFT = 96 << 10;
  /** Rows of one task, at most. */
  private static final int MOST_ROWS = 128;
  /** Tasks for each thread, at least, so that a slow one does not hold up the others. */
  private static final int TASKS = 3;
  /** Multiply-adds below which threads are not worth their hand-over. */
  static final long SMALL = 1 << 17;

  private final Crew crew;
  private final Panels panels;
  private final Matrix out;
  private final List<Term> terms;
  private final Update update;
  private final int depth;
  private final int block;
  private final boolean small;
  private final int groupDepth;
  private final int groupColumns;

  Product(Crew crew, Panels panels, Matrix out, List<Term> terms, Update update) {
    this.crew = crew;
    this.panels = panels;
    this.out = out;
    this.terms = terms;
    this.update = update;
    depth = terms.stream().mapToInt(Term::depth).sum();
    block = Panels.block(depth);
    small = (long) out.rows() * out.columns() * depth < SMALL;
    int narrow = Math.min(WIDEST, Panels.padded(out.columns(), panels.columns()));
    groupDepth = depth <= WHOLE ? depth : Math.max(1, BUFFER / narrow / block) * block;
    groupColumns = Math.min(out.columns(), BUFFER / groupDepth / panels.columns() * panels.columns());
  }

  /** Whether every output element is finished in one group, as several terms require. */
  static boolean isWhole(int depth) {
    return depth <= WHOLE;
  }

  void run() {
    run(null);
  }

  /** Before the second of two terms is added, computes its left operand: t(M,R) = a(M,K)·(scale·c(K,R)). */
  void runLowRank(Panels narrow, Matrix t, Matrix c, float scale) {
    var lowRank = new LowRank(narrow, t, c, scale);
    int parts = partsDown();
    if (parts > 1 && partColumns(groupColumns, parts) < groupColumns) { // each part would compute it
      computeLowRank(lowRank, parts);
      run(null);
    } else {
      run(lowRank);
    }
  }

  private void run(LowRank lowRank) {
    var shared = crew.borrow();
    try {
      var factor = lowRank == null ? null : packFactor(lowRank, shared);
      boolean onePart = partsDown() == 1;
      int width = onePart ? out.columns() : groupColumns;
      for (int column = 0; column < out.columns(); column += width) {
        for (int k = 0; k < depth; k += groupDepth) {
          var group = new Group(k, Math.min(groupDepth, depth - k), column,
              Math.min(width, out.columns() - column), column == 0 ? lowRank : null, factor);
          if (onePart) {
            group.panelByPanel(shared);
          } else {
            group.partByPart(shared);
          }
        }
      }
    } finally {
      crew.giveBack(shared);
    }
  }

  private void computeLowRank(LowRank lowRank, int parts) {
    var shared = crew.borrow();
    try {
      var factor = packFactor(lowRank, shared);
      share(parts, (task, workspace) -> {
        int row = firstRow(task, parts);
        int end = firstRow(task + 1, parts);
        var left = left(lowRank.panels, row, end, depth, workspace);
        panels.packLeft(rows(terms.getFirst().a(), row, end), 0, left, workspace);
        lowRank.multiply(row, end, left, factor, workspace);
      });
    } finally {
      crew.giveBack(shared);
    }
  }

  private PackedRight packFactor(LowRank lowRank, Workspace shared) {
    var c = lowRank.c;
    var room = lowRank.panels.right(shared, Purpose.RIGHT_2, c.columns(), c.rows(), block);
    var packed = lowRank.panels.packRight(c, room, shared);
    for (int i = 0; i < packed.padded() * packed.depth(); i++) {
      packed.data()[i] *= lowRank.scale;
    }
    return packed;
  }

  /** The part of all sums from {@code k} on, for some columns. */
  private final class Group {
    private final int k;
    private final int length;
    private final int column;
    private final int width;
    private final LowRank lowRank;
    private final PackedRight factor;
    private final Update update;

    Group(int k, int length, int column, int width, LowRank lowRank, PackedRight factor) {
      this.k = k;
      this.length = length;
      this.column = column;
      this.width = width;
      this.lowRank = lowRank;
      this.factor = factor;
      this.update = k == 0 ? Product.this.update : Update.ADD;
    }

    /** The right operand is packed first, by all threads; then they share the rows. */
    void partByPart(Workspace shared) {
      var right = panels.right(shared, Purpose.RIGHT, width, length, block);
      share(right.padded() / panels.columns(), (task, workspace) ->
          packRight(right, task * panels.columns(), 0, workspace));
      int parts = partsDown();
      int partColumns = partColumns(width, parts);
      int across = (width + partColumns - 1) / partColumns;
      share(parts * across, (task, workspace) -> {
        int row = firstRow(task % parts, parts);
        int end = firstRow(task % parts + 1, parts);
        int first = task / parts * partColumns;
        var left = packLeft(row, end, workspace);
        var target = out.part(row, end - row, column + first, Math.min(partColumns, width - first));
        panels.multiply(target, left, right, first, update, workspace);
      });
    }

    /** With few rows, each panel of the right operand is used where and when it is packed. */
    void panelByPanel(Workspace shared) {
      var left = packLeft(0, out.rows(), shared);
      share((width + panels.columns() - 1) / panels.columns(), (task, workspace) -> {
        int first = task * panels.columns();
        int count = Math.min(panels.columns(), width - first);
        var right = panels.right(workspace, Purpose.RIGHT, count, length, block);
        packRight(right, first, first, workspace);
        panels.multiply(out.part(0, out.rows(), column + first, count), left, right, 0, update, workspace);
      });
    }

    /** Packs the panel that begins with column {@code panel} of the group, {@code origin} the room's first. */
    private void packRight(PackedRight room, int panel, int origin, Workspace workspace) {
      for (int from = 0; from < length; from += block) {
        int before = 0;
        for (var term : terms) {
          var b = terms.size() > 1 ? term.b : term.b.part(k, length, 0, out.columns());
          var columns = b.part(0, b.rows(), column + origin, Math.min(room.padded(), width - origin));
          panels.packRight(columns, before, from, panel - origin, room, workspace);
          before += term.depth();
        }
      }
    }

    private PackedLeft packLeft(int row, int end, Workspace workspace) {
      var left = left(lowRank == null ? panels : lowRank.panels, row, end, length, workspace);
      int before = 0;
      for (var term : terms) {
        if (lowRank != null && before > 0) {
          lowRank.multiply(row, end, left, factor, workspace);
        }
        var a = terms.size() > 1 ? term.a : term.a.part(0, out.rows(), k, length);
        panels.packLeft(rows(a, row, end), before, left, workspace);
        before += term.depth();
      }
      return left;
    }
  }

  private PackedLeft left(Panels tiles, int row, int end, int length, Workspace workspace) {
    int padded = Panels.padded(end - row, tiles.rows());
    var room = workspace.array(Purpose.LEFT, PackedLeft.size(padded, length));
    return new PackedLeft(room, 0, padded, length, block);
  }

  private static Matrix rows(Matrix x, int row, int end) {
    return x.part(row, end - row, 0, x.columns());
  }

  /** The first row of a part: parts are whole tiles, alike in size. */
  private int firstRow(int part, int parts) {
    int tiles = (out.rows() + panels.rows() - 1) / panels.rows();
    return Math.min((int) ((long) tiles * part / parts) * panels.rows(), out.rows());
  }

  /**
   * Into how many parts the rows are cut: a part's left operand stays in a core's own cache, and all threads
   * get equally many parts, which differ by a tile at most.
   */
  private int partsDown() {
    int tiles = (out.rows() + panels.rows() - 1) / panels.rows();
    int cached = Math.clamp(LEFT / Panels.padded(groupDepth, Panels.DEPTH), MOST_ROWS / 4, MOST_ROWS);
    int most = Math.max(1, cached / panels.rows());
    int parts = (tiles + most - 1) / most;
    return parts == 1 ? 1 : Math.min(tiles, Panels.padded(parts, crew.threads()));
  }

  /** Columns of a part: all, unless there are too few rows to keep every thread busy. */
  private int partColumns(int columns, int down) {
    int across = Math.max(1, TASKS * crew.threads() / down);
    return Panels.padded((columns + across - 1) / across, panels.columns());
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
