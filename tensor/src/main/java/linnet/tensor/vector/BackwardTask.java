package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import linnet.tensor.Tensor;
import linnet.tensor.vector.AttentionTiles.Tile;
import linnet.tensor.vector.Workspace.Purpose;

/** One task of {@link AttentionBackward}: for the heads that share a key/value head, or one of them. */
final class BackwardTask {
  private final AttentionBackward.Inputs in;
  private final int keyHead;
  private final Panels panels;
  private final ElementLanes elements;
  private final ScoreLanes scoreLanes;
  private final StorageLanes storage;
  private final Workspace workspace;
  private final int group;
  private final int depth;
  private final int width;

  BackwardTask(AttentionBackward.Inputs in, int keyHead, Lanes lanes, Workspace workspace) {
    this.in = in;
    this.keyHead = keyHead;
    this.panels = new Panels(lanes.panels(), lanes.storage());
    this.elements = lanes.elements();
    this.scoreLanes = lanes.scores();
    this.storage = lanes.storage();
    this.workspace = workspace;
    this.group = in.group();
    this.depth = in.q().size(2);
    this.width = in.v().size(2);
  }

  /**
   * The gradients of a tile's keys (D,keys) and values (D,keys), dk without the scale. Transposed, so that the
   * scores are right operands, which is how they come out of their products.
   */
  record KeySums(Matrix dk, Matrix dv) {}

  /** dk and dv of a tile, and dq of the row's queries if the tile holds all its keys. */
  void keyGradients(Tensor dk, Tensor dv, Tensor dq, Tile keys) {
    var packed = new PackedTile(keys);
    var sums = keySums(Purpose.OUTPUT, Purpose.OUTPUT_2, keys);
    headGradients(sums, dq, keys, packed, keyHead * group);
    for (int h = 1; h < group; h++) {
      var ofHead = keySums(Purpose.STAGE_A, Purpose.STAGE_B, keys);
      headGradients(ofHead, dq, keys, packed, keyHead * group + h);
      add(sums, ofHead);
    }
    write(dk, dv, keys, sums);
  }

  /** The part of one head in the same. */
  void headGradients(KeySums sums, Tensor dq, Tile keys, int head) {
    headGradients(sums, dq, keys, new PackedTile(keys), head);
  }

  private void headGradients(KeySums sums, Tensor dq, Tile keys, PackedTile packed, int head) {
    int firstQuery = in.rows().queryStart(keys.row());
    int rowQueries = in.rows().queryStart(keys.row() + 1) - firstQuery;
    boolean whole = AttentionTiles.hasOneTileOfKeys(in.rows(), keys.row());
    clear(sums.dk);
    clear(sums.dv);
    for (int from = 0; from < rowQueries && firstSeen(keys, from) < keys.from() + keys.count();
        from += AttentionTiles.QUERIES) {
      var queries = new Tile(keys.row(), from, Math.min(AttentionTiles.QUERIES, rowQueries - from));
      int seen = AttentionTiles.visible(in.rows(), keys.row(), from + queries.count() - 1, keys.from(),
          keys.count());
      if (seen > 0) {
        var q = AttentionTiles.head(in.q(), head, firstQuery + from, queries.count());
        var dOut = AttentionTiles.head(in.dOut(), head, firstQuery + from, queries.count());
        var scores = new Scores(queries, new Tile(keys.row(), keys.from(), seen));
        scores.compute(q, dOut, packed, head);
        addProduct(sums.dv.part(0, width, 0, seen), dOut, scores.weights, scores.seenByFirst);
        addProduct(sums.dk.part(0, depth, 0, seen), q, scores.gradients, scores.seenByFirst);
        if (whole) {
          var target = AttentionTiles.head(dq, head, firstQuery + from, queries.count());
          panels.multiplySeen(target, scores.gradientRows, packed.keys, scores.seenByFirst, Update.REPLACE,
              workspace);
        }
      }
    }
  }

  /** Adds the part of another head. */
  void add(KeySums sums, KeySums part) {
    add(sums.dk, part.dk);
    add(sums.dv, part.dv);
  }

  /** dk and dv of a tile = what all heads summed up, which is scaled in place. */
  void write(Tensor dk, Tensor dv, Tile keys, KeySums sums) {
    int firstKey = in.rows().keyStart(keys.row()) + keys.from();
    elements.affine(sums.dk.segment(), 4 * sums.dk.offset(), sums.dk.segment(), 4 * sums.dk.offset(),
        in.scale(), 0, depth * keys.count());
    copyTransposed(sums.dk, AttentionTiles.head(dk, keyHead, firstKey, keys.count()));
    copyTransposed(sums.dv, AttentionTiles.head(dv, keyHead, firstKey, keys.count()));
  }

  /** dq of a tile of queries. */
  void queryGradients(Tensor dq, Tile queries) {
    int token = in.rows().queryStart(queries.row()) + queries.from();
    int seen = in.rows().visible(queries.row(), queries.from() + queries.count() - 1);
    int first = AttentionTiles.firstTileSeen(in.rule(), in.rows().visible(queries.row(), queries.from()));
    for (int from = first; from < seen; from += AttentionTiles.KEYS) {
      var keys = new Tile(queries.row(), from, Math.min(AttentionTiles.KEYS, seen - from));
      var packed = new PackedTile(keys);
      for (int h = 0; h < group; h++) {
        int head = keyHead * group + h;
        var scores = new Scores(queries, keys);
        scores.compute(AttentionTiles.head(in.q(), head, token, queries.count()),
            AttentionTiles.head(in.dOut(), head, token, queries.count()), packed, head);
        var target = AttentionTiles.head(dq, head, token, queries.count());
        panels.multiplySeen(target, scores.gradientRows, packed.keys, scores.seenByFirst,
            from == first ? Update.REPLACE : Update.ADD, workspace);
      }
    }
  }

  /** The first key that a query of the row sees. */
  private int firstSeen(Tile keys, int query) {
    return in.rule().firstSeen(in.rows().visible(keys.row(), query));
  }

  private KeySums keySums(Purpose dk, Purpose dv, Tile keys) {
    return new KeySums(matrix(dk, depth, keys.count()), matrix(dv, width, keys.count()));
  }

  private Matrix matrix(Purpose purpose, int rows, int columns) {
    return Matrix.dense(workspace.segment(purpose, (long) rows * columns), rows, columns);
  }

  private void add(Matrix sum, Matrix part) {
    elements.addScaled(sum.segment(), 4 * sum.offset(), part.segment(), 4 * part.offset(), 1,
        sum.rows() * sum.columns());
  }

  private void clear(Matrix x) {
    elements.fill(x.segment(), 4 * x.offset(), 0, x.rows() * x.columns());
  }

  /** out(D,keys) += xᵀ·scores of x(queries,D). */
  private void addProduct(Matrix out, Matrix x, PackedRight scores, int seenByFirst) {
    var left = panels.left(workspace, Purpose.LEFT_2, x.columns(), x.rows());
    panels.addSeen(out, panels.packLeft(x.transposed(), left, workspace), scores, seenByFirst, workspace);
  }

  private void copyTransposed(Matrix sum, Matrix out) {
    int length = sum.rows();
    var rows = workspace.array(Purpose.LEFT, (long) out.rows() * length);
    storage.decodeColumns(sum.dtype(), sum.segment(), sum.offset(), sum.rowStride(), length, out.rows(), rows,
        0, length, workspace.array(Purpose.ROWS, StorageLanes.SCRATCH));
    for (int r = 0; r < out.rows(); r++) {
      MemorySegment.copy(rows, r * length, out.segment(), Native.F32, 4 * out.at(r, 0), length);
    }
  }

  /** A tile's keys and values, packed for the products that all its queries share. */
  private final class PackedTile {
    private final PackedRight keysTransposed;
    private final PackedRight valuesTransposed;
    /** Times the scale, as the queries' gradient has it. */
    private final PackedRight keys;

    PackedTile(Tile tile) {
      int firstKey = in.rows().keyStart(tile.row()) + tile.from();
      int count = tile.count();
      var k = AttentionTiles.head(in.k(), keyHead, firstKey, count);
      var v = AttentionTiles.head(in.v(), keyHead, firstKey, count);
      keysTransposed = panels.packRight(k.transposed(), panels.right(workspace, Purpose.RIGHT, count, depth),
          workspace);
      valuesTransposed = panels.packRight(v.transposed(),
          panels.right(workspace, Purpose.RIGHT_2, count, width), workspace);
      keys = panels.packRight(k, panels.right(workspace, Purpose.RIGHT_3, depth, count), workspace);
      scoreLanes.scale(keys.data(), 0, in.scale(), keys.padded() * count);
    }
  }

  /**
   * The probabilities of a pair of tiles, and the gradients of the scaled q·kᵀ, as operands of further
   * products.
   */
  private final class Scores {
    private final Tile queries;
    private final Tile keys;
    private final int rows;
    private final int seenByFirst;
    private final PackedRight weights;
    private final PackedRight gradients;
    private final PackedLeft gradientRows;

    Scores(Tile queries, Tile keys) {
      this.queries = queries;
      this.keys = keys;
      rows = Panels.padded(queries.count(), panels.rows());
      seenByFirst = in.rows().visible(queries.row(), queries.from()) - keys.from();
      weights = panels.right(workspace, Purpose.SCORES, keys.count(), rows);
      gradients = panels.right(workspace, Purpose.SCORES_2, keys.count(), rows);
      gradientRows = panels.left(workspace, Purpose.ROWS_2, queries.count(), keys.count());
    }

    void compute(Matrix q, Matrix dOut, PackedTile packed, int head) {
      var left = panels.left(workspace, Purpose.LEFT, queries.count(), depth);
      multiply(weights, AttentionTiles.packScaled(panels, scoreLanes, q, in.rule(), left, workspace),
          packed.keysTransposed);
      left = panels.left(workspace, Purpose.LEFT, queries.count(), width);
      multiply(gradients, panels.packLeft(dOut, left, workspace), packed.valuesTransposed);
      int token = in.rows().queryStart(queries.row()) + queries.from();
      var logSumExp = workspace.array(Purpose.STATE, queries.count());
      var delta = workspace.array(Purpose.RESULTS, queries.count());
      for (int i = 0; i < queries.count(); i++) {
        logSumExp[i] = in.logSumExp(token + i, head);
        delta[i] = in.delta(token + i, head);
      }
      for (int c = 0; c < keys.count(); c += panels.columns()) {
        panel(c, logSumExp, delta);
      }
    }

    private void multiply(PackedRight out, PackedLeft a, PackedRight b) {
      panels.multiplyToSeen(out.data(), 0, out.width(), out.width() * rows, a, b, keys.count(), seenByFirst);
    }

    /** The panel that begins with key {@code column}, from the first of its rows that is computed. */
    private void panel(int column, float[] logSumExp, float[] delta) {
      int first = panels.firstRowSeeing(column, seenByFirst);
      int count = queries.count();
      int at = weights.at(0, column);
      int width = weights.width();
      var factors = weights.data();
      int elements = (count - first) * width;
      if (in.rule().caps()) {
        factors = workspace.array(Purpose.SLOPES, (long) weights.padded() * rows);
        scoreLanes.cap(weights.data(), factors, at + first * width, (float) in.rule().softCap(), elements);
      }
      scoreLanes.probabilities(weights.data(), at, first, count, width, logSumExp);
      for (int i = first; i < count; i++) {
        int visible = seenByFirst + i - column;
        int seen = Math.clamp(visible, 0, keys.count() - column);
        int firstKey = keys.from() + column;
        int hidden = Math.clamp(in.rule().firstSeen(firstKey + visible) - firstKey, 0, width);
        Arrays.fill(weights.data(), at + i * width, at + i * width + hidden, 0f);
        if (seen < width) {
          Arrays.fill(weights.data(), at + i * width + seen, at + (i + 1) * width, 0f);
        }
      }
      if (in.rule().caps()) {
        scoreLanes.slopes(factors, weights.data(), at + first * width, elements);
      }
      scoreLanes.gradients(gradients.data(), factors, at, first, count, width, delta, gradientRows.data(),
          gradientRows.at(0, 0) + column);
    }
  }
}
