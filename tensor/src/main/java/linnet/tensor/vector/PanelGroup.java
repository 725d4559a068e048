package linnet.tensor.vector;

import java.util.List;
import linnet.tensor.vector.Product.Term;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * A product, or as many of its columns, and of a long one so much of K, as fit a buffer when the right operand
 * is packed.
 *
 * @param out (M,N)
 * @param terms what is summed, as one sum along all of their K
 * @param depth K of all terms
 * @param block the length of its blocks, see {@link Panels}
 * @param lowRank what the second term's left operand is computed from; null if it is there
 */
record PanelGroup(Panels panels, Matrix out, List<Term> terms, int depth, int block, Update update,
    LowRank lowRank) {
  int panelCount() {
    return Math.ceilDiv(out.columns(), panels.columns());
  }

  /** One panel alone. */
  PanelGroup panel(int index) {
    int column = index * panels.columns();
    int width = Math.min(panels.columns(), out.columns() - column);
    return new PanelGroup(panels, out.columnRange(column, width), Term.parts(terms, 0, depth, column, width),
        depth, block, update, lowRank);
  }

  /** Room for the right operand. */
  PackedRight right(Workspace workspace) {
    return panels.right(workspace, Purpose.RIGHT, out.columns(), depth, block);
  }

  /** Packs what lies between rows {@code from} and {@code to} in the panel that begins with {@code column}. */
  void packRight(PackedRight room, int column, int from, int to, Workspace workspace) {
    int before = 0;
    for (var term : terms) {
      panels.packRight(term.b(), before, from, to, column, room, workspace);
      before += term.depth();
    }
  }

  /** Some rows of the left operand, once those are computed that are not there yet. */
  PackedLeft packLeft(int row, int count, Workspace workspace) {
    var tiles = lowRank == null ? panels : lowRank.tiles(); // the higher ones, so that both may read the rows
    var room = tiles.left(workspace, Purpose.LEFT, count, depth, block);
    int before = 0;
    for (var term : terms) {
      if (lowRank != null && before > 0) {
        lowRank.multiply(row, count, room, workspace);
      }
      panels.packLeft(term.a().rowRange(row, count), before, room, workspace);
      before += term.depth();
    }
    return room;
  }
}
