package linnet.tensor.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One product of matrices by packed operands: out(M,N) = or += Σ a(M,K)·b(K,N) over one or more terms, as one
 * sum along all of their K. It is computed group by group: of the right operands as much as fits a buffer. If
 * a core's cache holds all rows of the left one, each thread packs a panel at a time and multiplies it at
 * once. Else the threads first pack the group together, then share the output in {@link Parts}.
 */
final class Product {
  /** What is multiplied: a(M,K) and b(K,N). */
  record Term(Matrix a, Matrix b) {
    int depth() {
      return b.rows();
    }

    /** Of each term's K what begins with {@code k}, of N what begins with {@code column}. */
    static List<Term> parts(List<Term> terms, int k, int length, int column, int width) {
      var parts = new ArrayList<Term>(terms.size());
      for (var term : terms) {
        int count = Math.min(length, term.depth());
        parts.add(new Term(term.a.columnRange(k, count), term.b.part(k, count, column, width)));
      }
      return parts;
    }
  }

  /** Floats of the packed right operand: 4 MiB. */
  private static final int BUFFER = 1 << 20;
  /** The longest K of which the right operand is not cut along it: at least 256 columns then fit the buffer. */
  private static final int WHOLE = BUFFER / 256;
  /** Columns that are to fit where K is longer. */
  private static final int COLUMNS_IF_CUT = 1024;
  /** Floats of the left operand that one task packs, 384 KiB, */
  private static final int LEFT = 96 << 10;
  /** but not fewer rows than these, */
  private static final int LEAST_ROWS = 32;
  /** and not more. */
  private static final int MOST_ROWS = 128;
  /** Packing tasks for each thread, about: where there are fewer panels, they are cut along K. */
  private static final int PIECES = 3;
  /** Rows that such a piece has at least, to be decoded in long runs. */
  private static final int PIECE = 256;
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
  private final int rowRanges; // at least, for each to fit a cache

  Product(Crew crew, Panels panels, Matrix out, List<Term> terms, Update update) {
    this.crew = crew;
    this.panels = panels;
    this.out = out;
    this.terms = terms;
    this.update = update;
    depth = terms.stream().mapToInt(Term::depth).sum();
    if (terms.size() > 1 && !isWhole(depth)) {
      throw new IllegalArgumentException("a product of several terms over " + depth + " elements");
    }
    block = Panels.block(depth);
    threads = (long) out.rows() * out.columns() * depth < SMALL ? 1 : crew.threads();
    int columns = Math.min(COLUMNS_IF_CUT, Panels.padded(out.columns(), panels.columns()));
    groupDepth = depth <= WHOLE ? depth : Math.max(1, BUFFER / columns / block) * block;
    int rows = Math.clamp(LEFT / Panels.padded(groupDepth, Panels.DEPTH), LEAST_ROWS, MOST_ROWS);
    rowRanges = Math.ceilDiv(tilesDown(), Math.max(1, rows / panels.rows()));
    groupColumns = rowRanges == 1 ? out.columns()
        : Math.min(out.columns(), BUFFER / groupDepth / panels.columns() * panels.columns());
  }

  /** Whether every output element is finished in one group, as several terms require. */
  static boolean isWhole(int depth) {
    return depth <= WHOLE;
  }

  void run() {
    run(shared -> null);
  }

  /** Before the second of two terms is added, computes its left operand: t(M,R) = a(M,K)·(scale·c(K,R)). */
  void runLowRank(Panels tiles, Matrix t, Matrix c, float scale) {
    run(shared -> LowRank.pack(tiles, t, c, scale, block, shared));
  }

  private void run(Function<Workspace, LowRank> packed) {
    var shared = crew.borrow();
    try {
      var lowRank = packed.apply(shared);
      for (int column = 0; column < out.columns(); column += groupColumns) {
        for (int k = 0; k < depth; k += groupDepth) {
          var group = group(k, column, column == 0 ? lowRank : null);
          if (rowRanges == 1) {
            panelByPanel(group, shared);
          } else {
            partByPart(group, shared);
          }
        }
      }
    } finally {
      crew.giveBack(shared);
    }
  }

  private PanelGroup group(int k, int column, LowRank lowRank) {
    int length = Math.min(groupDepth, depth - k);
    int width = Math.min(groupColumns, out.columns() - column);
    return new PanelGroup(panels, out.columnRange(column, width), Term.parts(terms, k, length, column, width),
        length, block, k == 0 ? update : Update.ADD, lowRank);
  }

  private void panelByPanel(PanelGroup group, Workspace shared) {
    var left = group.packLeft(0, out.rows(), shared);
    share(group.panelCount(), (task, workspace) -> {
      var panel = group.panel(task);
      var right = panel.right(workspace);
      panel.packRight(right, 0, 0, panel.depth(), workspace);
      panels.multiply(panel.out(), left, right, panel.update(), workspace);
    });
  }

  private void partByPart(PanelGroup group, Workspace shared) {
    var right = group.right(shared);
    int acrossPanels = group.panelCount();
    int wanted = Math.ceilDiv(PIECES * threads, acrossPanels);
    int pieces = Math.clamp(group.depth() / PIECE, 1, wanted);
    share(acrossPanels * pieces, (task, workspace) ->
        group.packRight(right, task / pieces * panels.columns(), firstOfPiece(group, task % pieces, pieces),
            firstOfPiece(group, task % pieces + 1, pieces), workspace));
    var cut = Cut.of(out.rows(), group.out().columns(), tilesDown(), acrossPanels, rowRanges, threads);
    var parts = new Parts(group, right, cut);
    share(Math.max(parts.count(), threads), parts::run);
  }

  /** Whole {@link #PIECE}s, but for the last. */
  private static int firstOfPiece(PanelGroup group, int index, int pieces) {
    return index == pieces ? group.depth() : group.depth() * index / pieces / PIECE * PIECE;
  }

  private int tilesDown() {
    return Math.ceilDiv(out.rows(), panels.rows());
  }

  private void share(int tasks, Crew.Work work) {
    if (threads == 1) {
      crew.run(1, (_, workspace) -> {
        for (int task = 0; task < tasks; task++) {
          work.run(task, workspace);
        }
      });
    } else {
      crew.run(tasks, work);
    }
  }
}
