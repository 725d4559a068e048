package linnet.tensor.vector;

import java.util.List;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * One product of matrices by packed operands: out(M,N) = or += Σ a(M,K)·b(K,N) over one or more terms, as one
 * sum along all of their K. The threads pack the right operands together, as much of them as fits a buffer;
 * then they share the rows of the output, each packing the rows of the left operands that it needs. Where
 * there are too few rows for that, the left operands are packed together as well, and the threads share the
 * rows and the columns.
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
  private static final int TASKS = 4;
  /** Rows of one task, at most, and tasks for each thread, at least, where these share the columns, too. */
  private static final int TILE_ROWS = 64;
  private static final int TILES = 8;
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
  private final int parts;
  private final boolean byRows;

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
    // A part's left operand stays in a core's own cache; threads get equally many parts, or several of them.
    int cached = Math.clamp(LEFT / Panels.padded(groupDepth, Panels.DEPTH), MOST_ROWS / 4, MOST_ROWS);
    int most = Math.max(1, cached / panels.rows());
    int fewest = (tilesDown() + most - 1) / most;
    int shared = Math.min(tilesDown(), Panels.padded(fewest, crew.threads()));
    byRows = shared >= TASKS * crew.threads();
    parts = byRows ? shared : fewest == 1 ? 1 : Math.max(fewest, (out.rows() + TILE_ROWS - 1) / TILE_ROWS);
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
    run(new LowRank(narrow, t, c, scale));
  }

  private void run(LowRank lowRank) {
    var shared = crew.borrow();
    try {
      var factor = lowRank == null ? null : packFactor(lowRank, shared);
      boolean onePart = parts == 1;
      int width = onePart ? out.columns() : groupColumns;
      for (int column = 0; column < out.columns(); column += width) {
        for (int k = 0; k < depth; k += groupDepth) {
          var group = new Group(k, Math.min(groupDepth, depth - k), column,
              Math.min(width, out.columns() - column), column == 0 ? lowRank : null, factor);
          if (onePart) {
            group.panelByPanel(shared);
          } else if (byRows) {
            group.partByPart(shared);
          } else {
            group.tileByTile(shared);
          }
        }
      }
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

    /** The right operand is packed first, by all threads; then they share the rows, in parts. */
    void partByPart(Workspace shared) {
      var right = panels.right(shared, Purpose.RIGHT, width, length, block);
      share(right.padded() / panels.columns(), (task, workspace) ->
          packRight(right, task * panels.columns(), 0, workspace));
      share(parts, (part, workspace) -> {
        var left = packLeft(firstRow(part), firstRow(part + 1), workspace);
        multiply(part, left, right, 0, width, workspace);
      });
    }

    /** Both operands are packed first; then the threads share the rows and the columns. */
    void tileByTile(Workspace shared) {
      var right = panels.right(shared, Purpose.RIGHT, width, length, block);
      var left = new PackedLeft[parts];
      int most = (tilesDown() + parts - 1) / parts * panels.rows();
      int size = Math.toIntExact(PackedLeft.size(paddedLeft(most), length));
      var room = shared.array(Purpose.LEFT, (long) parts * size);
      share(parts + right.padded() / panels.columns(), (task, workspace) -> {
        if (task < parts) {
          left[task] = packLeft(firstRow(task), firstRow(task + 1), room, task * size, workspace);
        } else {
          packRight(right, (task - parts) * panels.columns(), 0, workspace);
        }
      });
      int across = (TILES * crew.threads() + parts - 1) / parts;
      int columns = Panels.padded((width + across - 1) / across, panels.columns());
      share(parts * ((width + columns - 1) / columns), (task, workspace) -> {
        int first = task / parts * columns;
        multiply(task % parts, left[task % parts], right, first, Math.min(columns, width - first), workspace);
      });
    }

    private void multiply(int part, PackedLeft left, PackedRight right, int first, int count,
        Workspace workspace) {
      int row = firstRow(part);
      panels.multiply(out.part(row, firstRow(part + 1) - row, column + first, count), left, right, first,
          update, workspace);
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
      var room = workspace.array(Purpose.LEFT, PackedLeft.size(paddedLeft(end - row), length));
      return packLeft(row, end, room, 0, workspace);
    }

    private PackedLeft packLeft(int row, int end, float[] room, int start, Workspace workspace) {
      var left = new PackedLeft(room, start, paddedLeft(end - row), length, block);
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

    /** So many rows in whole tiles of all that is multiplied by them. */
    private int paddedLeft(int rows) {
      return Panels.padded(rows, (lowRank == null ? panels : lowRank.panels).rows());
    }
  }

  private static Matrix rows(Matrix x, int row, int end) {
    return x.part(row, end - row, 0, x.columns());
  }

  /** The first row of a part: parts are whole tiles, alike in size. */
  private int firstRow(int part) {
    return Math.min((int) ((long) tilesDown() * part / parts) * panels.rows(), out.rows());
  }

  private int tilesDown() {
    return (out.rows() + panels.rows() - 1) / panels.rows();
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
