package linnet.tensor.vector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import linnet.tensor.AttentionRule;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;

/** How attention is cut into tiles, by the rows' lengths alone. */
final class AttentionTiles {
  /** Queries of a tile. Part of the result, as is {@link #KEYS}. */
  static final int QUERIES = 64;
  /** Keys of a tile: so many that most rows have one, and a product with the values is one block. */
  static final int KEYS = 384;

  /**
   * Neighbouring queries or keys of one row.
   *
   * @param row of the segments
   * @param from counted within the row
   * @param count how many
   */
  record Tile(int row, int from, int count) {}

  private AttentionTiles() {}

  /** The queries of all rows: those first that see many keys. */
  static List<Tile> ofQueries(Segments rows) {
    return of(rows.rows(), row -> rows.queryStart(row + 1) - rows.queryStart(row), QUERIES, true);
  }

  /** The keys of all rows: those first that many queries see. */
  static List<Tile> ofKeys(Segments rows) {
    return of(rows.rows(), row -> rows.keyStart(row + 1) - rows.keyStart(row), KEYS, false);
  }

  /**
   * Tiles that take long come first, so that no thread begins one when the others end; but row by row, since
   * tiles of a row share keys.
   */
  private static List<Tile> of(int rows, IntUnaryOperator length, int size, boolean lastFirst) {
    var tiles = new ArrayList<Tile>();
    IntStream.range(0, rows).boxed()
        .sorted(Comparator.comparing(length::applyAsInt, Comparator.reverseOrder()))
        .forEach(row -> {
          var ofRow = new ArrayList<Tile>();
          for (int from = 0; from < length.applyAsInt(row); from += size) {
            ofRow.add(new Tile(row, from, Math.min(size, length.applyAsInt(row) - from)));
          }
          tiles.addAll(lastFirst ? ofRow.reversed() : ofRow);
        });
    return tiles;
  }

  /** Whether the keys of a row are one tile. */
  static boolean hasOneTileOfKeys(Segments rows, int row) {
    return rows.keyStart(row + 1) - rows.keyStart(row) <= KEYS;
  }

  /** The matrix (count, D) of one head of x(T,H,D), from token {@code from} on. */
  static Matrix head(Tensor x, int head, int from, int count) {
    return new Matrix(x.dtype(), Native.segment(x), x.offset() + from * x.stride(0) + head * x.stride(1),
        x.stride(0), x.stride(2), count, x.size(2));
  }

  /** How many of the {@code count} keys from {@code firstKey} on a query sees. */
  static int visible(Segments rows, int row, int query, int firstKey, int count) {
    return Math.clamp(rows.visible(row, query) - (long) firstKey, 0, count);
  }

  /** The first key of the first tile of which a query sees one, given the keys up to its own place. */
  static int firstTileSeen(AttentionRule rule, int keys) {
    return rule.firstSeen(keys) / KEYS * KEYS;
  }

  /** What products of queries and keys are multiplied by: to be scores, or what these are the tanh of. */
  static float queryScale(AttentionRule rule) {
    return (float) (rule.caps() ? rule.scale() / rule.softCap() : rule.scale());
  }

  /** Packs the queries of one head, times {@link #queryScale}. */
  static PackedLeft packScaled(Panels panels, ScoreLanes scores, Matrix q, AttentionRule rule,
      PackedLeft room, Workspace workspace) {
    panels.packLeft(q, room, workspace);
    float scale = queryScale(rule);
    for (int i = 0; i < q.rows(); i++) {
      scores.scale(room.data(), room.at(0, i), scale, q.columns());
    }
    return room;
  }

  /** Refuses what does not fit together. */
  static void check(Tensor q, Tensor k, Tensor v, Segments rows) {
    boolean fits = q.rank() == 3 && k.rank() == 3 && v.rank() == 3 && q.size(2) == k.size(2)
        && k.size(0) == v.size(0) && k.size(1) == v.size(1) && k.size(1) > 0 && q.size(1) % k.size(1) == 0
        && q.size(0) == rows.queries() && k.size(0) >= rows.keyStart(rows.rows());
    if (!fits) {
      throw new IllegalArgumentException("attention of q(T,H,D) " + q + ", k(S,G,D) " + k + ", v(S,G,D) " + v
          + " over " + rows.queries() + " queries and keys up to " + rows.keyStart(rows.rows())
          + ": the shapes do not fit");
    }
    if (q.size(2) > Panels.DEPTH || v.size(2) > Panels.DEPTH) {
      throw new IllegalArgumentException("attention of heads of " + q.size(2) + " and " + v.size(2)
          + " features: the vector backend has it for up to " + Panels.DEPTH);
    }
  }
}
