package linnet.tensor.vector;

import java.util.List;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * One product of matrices by packed operands: out(M,N) = or += Σ a(M,K)·b(K,N) over one or more terms, as one
 * sum along all of their K. As much of the right operands as fits a buffer is a group, which the threads share
 * in one of three {@linkplain Way ways}.
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

  /** How the threads share a group. */
  private enum Way {
    /** With few rows, each panel of the right operand is used where and when it is packed. */
    PANELS,
    /** They pack the right operands together, then share the rows: each packs those that it needs. */
    PARTS,
    /** With too few rows for that, they pack all operands together, then share the rows and the columns. */
    TILES
  }

  /** Floats of the packed right operand: 4 MiB. */
  private static final int BUFFER = 1 << 20;
  /** The longest sum whose right operand is not cut along K; then so many columns fit the buffer. */
  private static final int WHOLE = BUFFER / 256;
  /** Columns that are packed together before a longer one is cut. */
  private static final int WIDEST = 1024;
  /** Floats of the left operand that one task packs: 384 KiB. */
  private static final int LEFT = 96 << 10;
  /** Rows of a part, at most. */
  private static final int MOST_ROWS = 128;
  /** Parts for each thread, at least, so that a slow one does not hold up the others. */
  private static final int PARTS = 4;
  /** Likewise tiles, which are finer since they cost no packing. */
  private static final int TILES = 8;
  /** Rows of a tile, about, at most. */
  private static final int TILE_ROWS = 64;
  /** Panels of the output below which there are no columns to share. */
  private static final int NARROW = 4;
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
  private final Way way;
  private final int parts;
  private PackedLeft[] left; // of TILES: kept for all columns where a group has all of K

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
    int fewest = fewestParts();
    int even = Math.min(tilesDown(), Panels.padded(fewest, crew.threads())); // equally many for each thread
    if (fewest == 1) {
      way = Way.PANELS;
      parts = 1;
    } else if (crew.threads() == 1 || even >= PARTS * crew.threads()
        || out.columns() < NARROW * panels.columns()) {
      way = Way.PARTS;
      parts = even;
    } else {
      way = Way.TILES;
      parts = Math.max(fewest, (out.rows() + TILE_ROWS - 1) / TILE_ROWS);
    }
  }

  /** Into how many parts the rows are cut, at least: a part's left operand stays in a core's own cache. */
  private int fewestParts() {
    int cached = Math.clamp(LEFT / Panels.padded(groupDepth, Panels.DEPTH), MOST_ROWS / 4, MOST_ROWS);
    int most = Math.max(1, cached / panels.rows());
    return (tilesDown() + most - 1) / most;
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
      int width = way == Way.PANELS ? out.columns() : groupColumns;
      for (int column = 0; column < out.columns(); column += width) {
        for (int k = 0; k < depth; k += groupDepth) {
          var group = new Group(k, Math.min(groupDepth, depth - k), column,
              Math.min(width, out.columns() - column), column == 0 ? lowRank : null, factor);
          switch (way) {
            case PANELS -> group.panelByPanel(shared);
            case PARTS -> group.partByPart(shared);
            case TILES -> group.tileByTile(shared);
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

    void partByPart(Workspace shared) {
      var right = panels.right(shared, Purpose.RIGHT, width, length, block);
      share(right.padded() / panels.columns(), (task, workspace) ->
          packRight(right, task * panels.columns(), 0, workspace));
      share(parts, (part, workspace) ->
          multiply(part, packLeft(firstRow(part), firstRow(part + 1), workspace), right, 0, width, workspace));
    }

    void tileByTile(Workspace shared) {
      var right = panels.right(shared, Purpose.RIGHT, width, length, block);
      boolean packsLeft = column == 0 || length < depth;
      if (packsLeft) {
        left = leftOfParts(shared);
      }
      int before = packsLeft ? parts : 0;
      share(before + right.padded() / panels.columns(), (task, workspace) -> {
        if (task < before) {
          packLeft(firstRow(task), firstRow(task + 1), left[task], workspace);
        } else {
          packRight(right, (task - before) * panels.columns(), 0, workspace);
        }
      });
      int across = (TILES * crew.threads() + parts - 1) / parts;
      int columns = Panels.padded((width + across - 1) / across, panels.columns());
      share(parts * ((width + columns - 1) / columns), (task, workspace) -> {
        int first = task / parts * columns;
        multiply(task % parts, left[task % parts], right, first, Math.min(columns, width - first), workspace);
      });
    }

    /** Room for the left operands of all parts, one after the other. */
    private PackedLeft[] leftOfParts(Workspace shared) {
      int padded = paddedLeft((tilesDown() + parts - 1) / parts * panels.rows());
      int size = Math.toIntExact(PackedLeft.size(padded, length));
      var room = shared.array(Purpose.LEFT, (long) parts * size);
      var result = new PackedLeft[parts];
      for (int part = 0; part < parts; part++) {
        result[part] = new PackedLeft(room, part * size, paddedLeft(firstRow(part + 1) - firstRow(part)),
            length, block);
      }
      return result;
    }

    private void multiply(int part, PackedLeft left, PackedRight right, int first, int count,
        Workspace workspace) {
      int row = firstRow(part);
      panels.multiply(out.part(row, firstRow(part + 1) - row, column + first, count), left, right, first,
          update, workspace);
    }

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
      int padded = paddedLeft(end - row);
      var room = workspace.array(Purpose.LEFT, PackedLeft.size(padded, length));
      return packLeft(row, end, new PackedLeft(room, 0, padded, length, block), workspace);
    }

    private PackedLeft packLeft(int row, int end, PackedLeft room, Workspace workspace) {
      int before = 0;
      for (var term : terms) {
        if (lowRank != null && before > 0) {
          lowRank.multiply(row, end, room, factor, workspace);
        }
        var a = terms.size() > 1 ? term.a : term.a.part(0, out.rows(), k, length);
        panels.packLeft(rows(a, row, end), before, room, workspace);
        before += term.depth();
      }
      return room;
    }

    /** {@code rows} rounded up to whole tiles, of the thin product too where that reads them. */
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
