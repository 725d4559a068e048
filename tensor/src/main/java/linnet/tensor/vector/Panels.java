package linnet.tensor.vector;

import java.util.Arrays;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Packing and multiplying packed operands, on one thread. Each output element is the sum of its blocks along
 * K in order, each block Σ over k in order by fused multiply-add from zero, whatever the sizes of panels and
 * tiles.
 */
final class Panels {
  /** The length of a block along K, at most: a panel and a tile of rows stay in a core's cache. */
  static final int DEPTH = 640;
  /** Blocks are multiples of this: of the blocks of quantised types. */
  private static final int UNIT = 32;

  private final PanelLanes lanes;
  private final StorageLanes storage;
  private final Staging staging;

  Panels(PanelLanes lanes, StorageLanes storage) {
    this.lanes = lanes;
    this.storage = storage;
    this.staging = new Staging(storage);
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
    return Math.ceilDiv(n, unit) * unit;
  }

  /** Into how many blocks a sum over {@code depth} elements is cut. */
  static int blocks(int depth) {
    return Math.ceilDiv(depth, DEPTH);
  }

  /** How long they are, but for the last: alike. Part of the result: another length gives other roundings. */
  static int block(int depth) {
    int blocks = blocks(depth);
    return padded(Math.ceilDiv(depth, blocks), UNIT);
  }

  /** Room for a left operand of {@code rows} rows in scratch memory. */
  PackedLeft left(Workspace workspace, Purpose purpose, int rows, int depth) {
    return left(workspace, purpose, rows, depth, block(depth));
  }

  /** The same with blocks of a given length, for a part of a longer operand. */
  PackedLeft left(Workspace workspace, Purpose purpose, int rows, int depth, int block) {
    int padded = padded(rows, rows());
    var room = workspace.array(purpose, PackedLeft.size(padded, depth));
    return new PackedLeft(room, 0, padded, depth, block);
  }

  /** Room for a right operand of {@code columns} columns in scratch memory. */
  PackedRight right(Workspace workspace, Purpose purpose, int columns, int depth) {
    return right(workspace, purpose, columns, depth, block(depth));
  }

  /** The same with blocks of a given length, for a part of a longer operand. */
  PackedRight right(Workspace workspace, Purpose purpose, int columns, int depth, int block) {
    int padded = padded(columns, columns());
    return new PackedRight(workspace.array(purpose, (long) padded * depth), padded, columns(), depth, block);
  }

  /** Packs a left operand a(M,K). */
  PackedLeft packLeft(Matrix a, PackedLeft room, Workspace workspace) {
    packLeft(a, 0, room, workspace);
    return room;
  }

  /** Packs a(M,…) as the columns from {@code k} on of a left operand; zeros below it. */
  void packLeft(Matrix a, int k, PackedLeft room, Workspace workspace) {
    for (int from = k, end = k + a.columns(); from < end; ) {
      int to = Math.min(end, (from / room.block() + 1) * room.block());
      packLeftBlock(a.part(0, a.rows(), from - k, to - from), room, from, workspace);
      from = to;
    }
  }

  private void packLeftBlock(Matrix a, PackedLeft room, int k, Workspace workspace) {
    int count = a.rows();
    int depth = a.columns();
    int at = room.at(k, 0);
    if (a.columnStride() != 1 && a.rowStride() == 1) {
      storage.decodeColumns(a.dtype(), a.segment(), a.offset(), a.columnStride(), depth, count, room.data(),
          at, DEPTH, workspace.array(Purpose.ROWS, StorageLanes.SCRATCH));
    } else {
      staging.loadRows(a.dtype(), a.segment(), a.offset(), a.rowStride(), a.columnStride(), count, depth,
          room.data(), at, DEPTH);
    }
    for (int r = count; r < room.padded(); r++) {
      Arrays.fill(room.data(), at + r * DEPTH, at + r * DEPTH + depth, 0f);
    }
  }

  /** Packs a right operand b(K,N). */
  PackedRight packRight(Matrix b, PackedRight room, Workspace workspace) {
    for (int c = 0; c < b.columns(); c += columns()) {
      packRight(b, 0, 0, b.rows(), c, room, workspace);
    }
    return room;
  }

  /**
   * Packs what of b(…,N), the rows from {@code first} on of a right operand, lies between its rows {@code from}
   * and {@code to} and in the panel that begins with {@code column}; zeros beside it.
   */
  void packRight(Matrix b, int first, int from, int to, int column, PackedRight room, Workspace workspace) {
    int end = Math.min(first + b.rows(), to);
    for (int k = Math.max(first, from); k < end; ) {
      int next = Math.min(end, (k / room.block() + 1) * room.block());
      packRightBlock(b, k - first, next - k, column, room, room.at(k, column), workspace);
      k = next;
    }
  }

  private void packRightBlock(Matrix b, int row, int depth, int column, PackedRight room, int at,
      Workspace workspace) {
    int width = columns();
    int count = Math.min(width, b.columns() - column);
    var out = room.data();
    if (count < width) { // all of it: one long run is cleared sooner than many short ones
      Arrays.fill(out, at, at + depth * width, 0f);
    }
    long offset = b.offset() + row * b.rowStride() + column * b.columnStride();
    if (b.rowStride() == 1 && b.columnStride() != 1) {
      storage.decodeColumns(b.dtype(), b.segment(), offset, b.columnStride(), count, depth, out, at, width,
          workspace.array(Purpose.ROWS, StorageLanes.SCRATCH));
    } else {
      staging.loadRows(b.dtype(), b.segment(), offset, b.rowStride(), b.columnStride(), depth, count, out, at,
          width);
    }
  }

  /**
   * out(M,N) = or += a(M,K)·b(K,N). Where one of the operands is longer, K is the other's; b may have
   * further columns.
   */
  void multiply(Matrix out, PackedLeft a, PackedRight b, Update update, Workspace workspace) {
    multiply(out, a, b, 0, update, workspace);
  }

  /** The same with the right operand from {@code column} on. */
  void multiply(Matrix out, PackedLeft a, PackedRight b, int column, Update update, Workspace workspace) {
    int depth = Math.min(a.depth(), b.depth());
    var tile = workspace.array(Purpose.TILE, lanes.tileLength());
    var block = workspace.array(Purpose.TILE_2, lanes.tileLength());
    long rowStride = 4 * out.rowStride();
    long columnStride = 4 * out.columnStride();
    int tall = out.columnStride() == 1 ? rows() : lanes.tall();
    for (int r = 0; r < out.rows(); r += tall) {
      int height = Math.min(tall, out.rows() - r);
      for (int c = 0; c < out.columns(); c += columns()) {
        int width = Math.min(columns(), out.columns() - c);
        long at = 4 * out.offset() + r * rowStride + c * columnStride;
        multiplyBlock(depth, a, b, 0, r, height, column + c, tile);
        if (update == Update.ADD) {
          lanes.add(tile, out.segment(), at, rowStride, columnStride, height, width);
        }
        for (int k = a.block(); k < depth; k += a.block()) {
          multiplyBlock(depth, a, b, k, r, height, column + c, block);
          if (update == Update.ADD) {
            lanes.add(block, out.segment(), at, rowStride, columnStride, height, width);
          } else {
            lanes.sum(tile, block, height);
          }
        }
        if (update == Update.REPLACE) {
          lanes.store(tile, out.segment(), at, rowStride, columnStride, height, width);
        }
      }
    }
  }

  private void multiplyBlock(int depth, PackedLeft a, PackedRight b, int k, int row, int height, int column,
      float[] tile) {
    int length = Math.min(a.block(), depth - k);
    for (int r = 0; r < height; r += rows()) {
      lanes.multiply(length, a.data(), a.at(k, row + r), b.data(), b.at(k, column), tile, r * columns(),
          columns());
    }
  }

  // Causal attention: of a tile's keys, query r sees the first seen + r. The operands are of one block.

  /**
   * The scores out(M,N) = a(M,K)·b(K,N) into an array: element (r, c) at {@code at + c/W·panelStride +
   * r·rowStride + c%W}, W the columns of a panel. Whole tiles are written, those of which something is seen.
   */
  void multiplyToSeen(float[] out, int at, int rowStride, int panelStride, PackedLeft a, PackedRight b,
      int columns, int seen) {
    for (int c = 0; c < columns; c += columns()) {
      for (int r = firstRowSeeing(c, seen); r < a.padded(); r += rows()) {
        lanes.multiply(a.depth(), a.data(), a.at(0, r), b.data(), b.at(0, c), out,
            at + c / columns() * panelStride + r * rowStride, rowStride);
      }
    }
  }

  /** The first row of the first tile of which a row sees {@code column}. */
  int firstRowSeeing(int column, int seen) {
    return Math.max(0, Math.floorDiv(column - seen + 1, rows())) * rows();
  }

  /** out(M,N) = or += a(M,K)·b(K,N) where a(M,K) are scores, of which each row's tile sees the first. */
  void multiplySeen(Matrix out, PackedLeft a, PackedRight b, int seen, Update update, Workspace workspace) {
    int depth = Math.min(a.depth(), b.depth());
    for (int c = 0; c < out.columns(); c += columns()) {
      for (int r = 0; r < out.rows(); r += rows()) {
        multiplyTile(out, a, b, r, c, 0, Math.clamp(seen + r + rows() - 1, 0, depth), update, workspace);
      }
    }
  }

  /** out(M,N) += a(M,K)·b(K,N) where b(K,N) are scores, of whose panels the last rows are seen. */
  void addSeen(Matrix out, PackedLeft a, PackedRight b, int seen, Workspace workspace) {
    for (int c = 0; c < out.columns(); c += columns()) {
      int from = Math.min(firstRowSeeing(c, seen), a.depth());
      for (int r = 0; r < out.rows(); r += rows()) {
        multiplyTile(out, a, b, r, c, from, a.depth(), Update.ADD, workspace);
      }
    }
  }

  private void multiplyTile(Matrix out, PackedLeft a, PackedRight b, int row, int column, int from, int to,
      Update update, Workspace workspace) {
    var tile = workspace.array(Purpose.TILE, lanes.tileLength());
    lanes.multiply(to - from, a.data(), a.at(from, row), b.data(), b.at(from, column), tile, 0, columns());
    int height = Math.min(rows(), out.rows() - row);
    int width = Math.min(columns(), out.columns() - column);
    if (update == Update.ADD) {
      lanes.add(tile, out.segment(), 4 * out.at(row, column), 4 * out.rowStride(), 4 * out.columnStride(),
          height, width);
    } else {
      lanes.store(tile, out.segment(), 4 * out.at(row, column), 4 * out.rowStride(), 4 * out.columnStride(),
          height, width);
    }
  }
}
