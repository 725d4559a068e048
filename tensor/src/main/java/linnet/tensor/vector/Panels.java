package linnet.tensor.vector;

import java.util.Arrays;
import java.util.List;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Packing and multiplying packed operands, on one thread. Each output element is the sum of its blocks along
 * K in order, each block Σ over k in order by fused multiply-add from zero, whatever the sizes of panels and
 * tiles.
 */
final class Panels {
  /** The length of a block along K. Part of the result: another one gives other roundings. */
  static final int DEPTH = 384;

  private final PanelLanes lanes;
  private final Staging staging;

  Panels(Lanes lanes) {
    this.lanes = lanes.panels();
    this.staging = new Staging(lanes.storage());
  }

  /** Rows of a tile. */
  int rows() {
    return lanes.rows();
  }

  /** Columns of a tile, and of a panel of a right operand. */
  int columns() {
    return lanes.columns();
  }

  /** {@code n} rounded up to a multiple of {@code unit}. */
  static int padded(int n, int unit) {
    return (n + unit - 1) / unit * unit;
  }

  /** Room for a left operand of {@code rows} rows in scratch memory. */
  PackedLeft left(Workspace workspace, Purpose purpose, int rows, int depth) {
    int padded = padded(rows, rows());
    return new PackedLeft(workspace.array(purpose, PackedLeft.size(padded, depth)), 0, padded, depth);
  }

  /** Room for a right operand of {@code columns} columns in scratch memory. */
  PackedRight right(Workspace workspace, Purpose purpose, int columns, int depth) {
    int padded = padded(columns, columns());
    return new PackedRight(workspace.array(purpose, (long) padded * depth), padded, depth);
  }

  /** Packs the whole of a left operand a(M,K). */
  PackedLeft packLeft(Matrix a, PackedLeft room, Workspace workspace) {
    for (int k = 0; k < a.columns(); k += DEPTH) {
      packLeft(a, 0, a.rows(), k, room, workspace);
    }
    return room;
  }

  /**
   * Packs {@code count} rows from {@code row} of a(M,K), columns of the block from {@code k}; zeros below
   * them.
   */
  void packLeft(Matrix a, int row, int count, int k, PackedLeft room, Workspace workspace) {
    int depth = Math.min(DEPTH, a.columns() - k);
    int at = room.at(k, row);
    long offset = a.offset() + row * a.rowStride() + k * a.columnStride();
    if (a.columnStride() != 1 && a.rowStride() == 1) {
      var columns = workspace.array(Purpose.ROWS, (long) count * depth);
      staging.loadRows(a.dtype(), a.segment(), offset, a.columnStride(), 1, depth, count, columns, 0, count);
      lanes.transpose(columns, 0, count, depth, count, room.data(), at, DEPTH);
    } else {
      staging.loadRows(a.dtype(), a.segment(), offset, a.rowStride(), a.columnStride(), count, depth,
          room.data(), at, DEPTH);
    }
    for (int r = row + count; r < padded(row + count, rows()); r++) {
      Arrays.fill(room.data(), room.at(k, r), room.at(k, r) + depth, 0f);
    }
  }

  /** Packs the whole of a right operand b(K,N). */
  PackedRight packRight(Matrix b, PackedRight room, Workspace workspace) {
    for (int k = 0; k < b.rows(); k += DEPTH) {
      for (int c = 0; c < b.columns(); c += columns()) {
        packRight(b, k, c, room, workspace);
      }
    }
    return room;
  }

  /** Packs the panel from {@code column} of b(K,N), rows of the block from {@code k}; zeros beside it. */
  void packRight(Matrix b, int k, int column, PackedRight room, Workspace workspace) {
    int width = columns();
    int count = Math.min(width, b.columns() - column);
    int depth = room.blockDepth(k);
    int at = room.at(k, column);
    var out = room.data();
    long offset = b.offset() + k * b.rowStride() + column * b.columnStride();
    if (b.rowStride() == 1 && b.columnStride() != 1) {
      var rows = workspace.array(Purpose.ROWS, (long) width * depth);
      staging.loadRows(b.dtype(), b.segment(), offset, b.columnStride(), 1, count, depth, rows, 0, depth);
      lanes.transpose(rows, 0, depth, count, depth, out, at, width);
    } else {
      staging.loadRows(b.dtype(), b.segment(), offset, b.rowStride(), b.columnStride(), depth, count, out, at,
          width);
    }
    for (int d = 0; d < depth && count < width; d++) {
      Arrays.fill(out, at + d * width + count, at + (d + 1) * width, 0f);
    }
  }

  /** A product of packed operands, or one of several whose sum is wanted. */
  record Term(PackedLeft a, PackedRight b) {}

  /** out(M,N) = or += a(M,K)·b(K,N); b may have further columns, and further rows if it is one block. */
  void multiply(Matrix out, PackedLeft a, PackedRight b, Update update, Workspace workspace) {
    multiply(out, List.of(new Term(a, b)), 0, update, workspace);
  }

  /** The sum of all terms, the right operands from {@code column} on; block after block and term after term. */
  void multiply(Matrix out, List<Term> terms, int column, Update update, Workspace workspace) {
    var tile = workspace.array(Purpose.TILE, lanes.tileLength());
    var block = workspace.array(Purpose.TILE_2, lanes.tileLength());
    var first = terms.getFirst();
    var rest = terms.subList(1, terms.size());
    long rowStride = 4 * out.rowStride();
    long columnStride = 4 * out.columnStride();
    for (int c = 0; c < out.columns(); c += columns()) {
      int width = Math.min(columns(), out.columns() - c);
      for (int r = 0; r < out.rows(); r += rows()) {
        int height = Math.min(rows(), out.rows() - r);
        long at = 4 * out.offset() + r * rowStride + c * columnStride;
        if (update == Update.REPLACE) {
          multiply(first, 0, r, column + c, tile);
          sumBlocks(first, DEPTH, r, column + c, tile, block);
          for (var term : rest) {
            sumBlocks(term, 0, r, column + c, tile, block);
          }
          lanes.store(tile, out.segment(), at, rowStride, columnStride, height, width);
        } else {
          for (var term : terms) {
            for (int k = 0; k < term.a.depth(); k += DEPTH) {
              multiply(term, k, r, column + c, tile);
              lanes.add(tile, out.segment(), at, rowStride, columnStride, height, width);
            }
          }
        }
      }
    }
  }

  private void sumBlocks(Term term, int fromK, int row, int column, float[] tile, float[] block) {
    for (int k = fromK; k < term.a.depth(); k += DEPTH) {
      multiply(term, k, row, column, block);
      lanes.sum(tile, block);
    }
  }

  /** The block from {@code k} of one tile. */
  private void multiply(Term term, int k, int row, int column, float[] tile) {
    lanes.multiply(Math.min(DEPTH, term.a.depth() - k), term.a.data(), term.a.at(k, row), term.b.data(),
        term.b.at(k, column), tile);
  }
}
