package linnet.tensor.vector;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * One product of matrices by packed operands: out(M,N) = or += Σ a(M,K)·b(K,N) over one or more terms, as one
 * sum along all of their K. As much of the right operands as fits a buffer is a group. With few rows, each
 * panel of it is used where and when it is packed. Else the threads pack it together, then share the output in
 * {@link Part}s.
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
  /** Rows of a part, at most. */
  private static final int MOST_ROWS = 128;
  /** Pieces of the right operand for each thread, about. */
  private static final int PIECES = 3;
  /** Rows of such a piece are a multiple of this, and so of the blocks of quantised types. */
  private static final int PIECE = 256;
  /** Looks at parts that are late, a tenth of a millisecond or two. */
  private static final int LOOKS = 2000;
  /** Multiply-adds below which threads are not worth their hand-over. */
  static final long SMALL = 1 << 17;

  private final Crew crew;
  private final Panels panels;
  private final Matrix out;
  private final List<Term> terms;
  private final Update update;
  private final int depth;
  private final int block;
  private final int threads; // 1 for a small product, which is not worth a hand-over
  private final int groupDepth;
  private final int groupColumns;
  private final int fewest;

  Product(Crew crew, Panels panels, Matrix out, List<Term> terms, Update update) {
    this.crew = crew;
    this.panels = panels;
    this.out = out;
    this.terms = terms;
    this.update = update;
    depth = terms.stream().mapToInt(Term::depth).sum();
    block = Panels.block(depth);
    threads = (long) out.rows() * out.columns() * depth < SMALL ? 1 : crew.threads();
    int narrow = Math.min(WIDEST, Panels.padded(out.columns(), panels.columns()));
    groupDepth = depth <= WHOLE ? depth : Math.max(1, BUFFER / narrow / block) * block;
    groupColumns = Math.min(out.columns(), BUFFER / groupDepth / panels.columns() * panels.columns());
    int cached = Math.clamp(LEFT / Panels.padded(groupDepth, Panels.DEPTH), MOST_ROWS / 4, MOST_ROWS);
    int most = Math.max(1, cached / panels.rows());
    fewest = Math.ceilDiv(tilesDown(), most);
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
      int width = fewest == 1 ? out.columns() : groupColumns;
      for (int column = 0; column < out.columns(); column += width) {
        for (int k = 0; k < depth; k += groupDepth) {
          var group = new Group(k, Math.min(groupDepth, depth - k), column,
              Math.min(width, out.columns() - column), column == 0 ? lowRank : null, factor);
          if (fewest == 1) {
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
      int wanted = Math.ceilDiv(PIECES * threads, panelsAcross());
      int pieces = Math.clamp(length / PIECE, 1, wanted);
      share(panelsAcross() * pieces, (task, workspace) ->
          packRight(right, task / pieces * panels.columns(), 0, firstOfPiece(task % pieces, pieces),
              firstOfPiece(task % pieces + 1, pieces), workspace));
      var cut = Cut.of(out.rows(), width, tilesDown(), panelsAcross(), fewest, threads);
      var parts = new Part[cut.parts()];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = new Part(right, cut, i);
      }
      var begun = new AtomicInteger();
      share(Math.max(parts.length, threads), (task, workspace) -> {
        if (task < parts.length) {
          begun.incrementAndGet();
          parts[task].packLeft(workspace);
          parts[task].multiply(workspace);
        }
        if (task >= parts.length || begun.get() == parts.length) { // else there may be another part to begin
          takeOfOthers(parts, begun, task, workspace);
        }
      });
    }

    /** Whole {@link #PIECE}s, but for the last. */
    private int firstOfPiece(int index, int pieces) {
      return index == pieces ? length : length * index / pieces / PIECE * PIECE;
    }

    /**
     * Once all parts have begun, nobody packs again, and what a thread has packed stays there for the others,
     * who wait a little for those that are late.
     */
    private void takeOfOthers(Part[] parts, AtomicInteger begun, int task, Workspace workspace) {
      boolean late = true;
      for (int look = 0; late && look < LOOKS; look++) {
        late = begun.get() < parts.length;
        for (int i = 0; i < parts.length && !late; i++) {
          late = !parts[(task + i) % parts.length].multiply(workspace);
        }
        Thread.onSpinWait();
      }
    }

    /**
     * A rectangle of the output. One thread packs the left operand, for itself: what many read and write in
     * turns is slow to go from one core's cache to another's. Then it takes strips of columns, and so do those
     * that have nothing else to begin. Parts side by side pack the same rows, and where a thin product belongs
     * to those, each computes and stores it: the same bits to the same places, of which it reads its own.
     */
    private final class Part {
      private final PackedRight right;
      private final int row;
      private final int rows;
      private final int endPanel;
      private final int strip;
      private final AtomicInteger nextPanel;
      private volatile PackedLeft left;

      Part(PackedRight right, Cut cut, int index) {
        this.right = right;
        row = firstRow(index / cut.across(), cut);
        rows = firstRow(index / cut.across() + 1, cut) - row;
        int panel = firstPanel(index % cut.across(), cut);
        endPanel = firstPanel(index % cut.across() + 1, cut);
        strip = Math.ceilDiv(endPanel - panel, cut.strips());
        nextPanel = new AtomicInteger(panel);
      }

      private int firstRow(int down, Cut cut) {
        return Math.min((int) ((long) tilesDown() * down / cut.down()) * panels.rows(), out.rows());
      }

      private int firstPanel(int across, Cut cut) {
        return panelsAcross() * across / cut.across();
      }

      void packLeft(Workspace workspace) {
        left = Group.this.packLeft(row, row + rows, workspace);
      }

      /** Multiplies what nobody has taken, and says whether it could: not while the left operand is packed. */
      boolean multiply(Workspace workspace) {
        var packed = left;
        if (packed == null) {
          return false;
        }
        for (int panel; nextPanel.get() < endPanel && (panel = nextPanel.getAndAdd(strip)) < endPanel; ) {
          int first = panel * panels.columns();
          int end = Math.min(Math.min(panel + strip, endPanel) * panels.columns(), width);
          panels.multiply(out.part(row, rows, column + first, end - first), packed, right, first, update,
              workspace);
        }
        return true;
      }
    }

    void panelByPanel(Workspace shared) {
      var left = packLeft(0, out.rows(), shared);
      share(panelsAcross(), (task, workspace) -> {
        int first = task * panels.columns();
        int count = Math.min(panels.columns(), width - first);
        var right = panels.right(workspace, Purpose.RIGHT, count, length, block);
        packRight(right, first, first, 0, length, workspace);
        panels.multiply(out.part(0, out.rows(), column + first, count), left, right, 0, update, workspace);
      });
    }

    private int panelsAcross() {
      return Math.ceilDiv(width, panels.columns());
    }

    /**
     * Packs rows [from, to) of the panel that begins with column {@code panel} of the group, {@code origin} the
     * room's first.
     */
    private void packRight(PackedRight room, int panel, int origin, int from, int to, Workspace workspace) {
      int before = 0;
      for (var term : terms) {
        var b = terms.size() > 1 ? term.b : term.b.part(k, length, 0, out.columns());
        var columns = b.part(0, b.rows(), column + origin, Math.min(room.padded(), width - origin));
        panels.packRight(columns, before, from, to, panel - origin, room, workspace);
        before += term.depth();
      }
    }

    private PackedLeft packLeft(int row, int end, Workspace workspace) {
      int padded = paddedLeft(end - row);
      var data = workspace.array(Purpose.LEFT, PackedLeft.size(padded, length));
      var room = new PackedLeft(data, 0, padded, length, block);
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

  private int tilesDown() {
    return Math.ceilDiv(out.rows(), panels.rows());
  }

  private void share(int tasks, Crew.Work work) {
    if (threads == 1) {
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
