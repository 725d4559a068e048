package linnet.tensor.vector;

import linnet.tensor.Tensor;
import linnet.tensor.vector.AttentionTiles.Tile;
import linnet.tensor.vector.Workspace.Purpose;

/** One task of {@link AttentionBackward}, for the heads that share a key/value head. */
final class BackwardTask {
  private final AttentionBackward.Inputs in;
  private final int keyHead;
  private final Panels panels;
  private final ElementLanes elements;
  private final Workspace workspace;
  private final int group;
  private final int depth;
  private final int width;

  BackwardTask(AttentionBackward.Inputs in, int keyHead, Lanes lanes, Workspace workspace) {
    this.in = in;
    this.keyHead = keyHead;
    this.panels = new Panels(lanes);
    this.elements = lanes.elements();
    this.workspace = workspace;
    this.group = in.group();
    this.depth = in.q().size(2);
    this.width = in.v().size(2);
  }

  /** dk and dv of a tile, and dq of the row's queries if the tile holds all its keys. */
  void keyGradients(Tensor dk, Tensor dv, Tensor dq, Tile keys) {
    int firstKey = in.rows().keyStart(keys.row()) + keys.from();
    int firstQuery = in.rows().queryStart(keys.row());
    int rowQueries = in.rows().queryStart(keys.row() + 1) - firstQuery;
    boolean whole = AttentionTiles.hasOneTileOfKeys(in.rows(), keys.row());
    var packed = new PackedTile(firstKey, keys.count());
    // transposed, so that the scores are right operands, which are packed as they lie
    var dkSum = cleared(Purpose.OUTPUT, depth, keys.count());
    var dvSum = cleared(Purpose.OUTPUT_2, width, keys.count());
    for (int from = 0; from < rowQueries; from += AttentionTiles.QUERIES) {
      var queries = new Tile(keys.row(), from, Math.min(AttentionTiles.QUERIES, rowQueries - from));
      int seen = AttentionTiles.visible(in.rows(), keys.row(), from + queries.count() - 1, keys.from(),
          keys.count());
      for (int h = 0; h < group && seen > 0; h++) {
        int head = keyHead * group + h;
        var q = AttentionTiles.head(in.q(), head, firstQuery + from, queries.count());
        var dOut = AttentionTiles.head(in.dOut(), head, firstQuery + from, queries.count());
        var scores = new Scores(queries, new Tile(keys.row(), keys.from(), seen));
        scores.compute(q, dOut, packed, head);
        addProduct(dvSum.part(0, width, 0, seen), dOut.transposed(), scores.weights);
        addProduct(dkSum.part(0, depth, 0, seen), q.transposed(), scores.gradients);
        if (whole) {
          var target = AttentionTiles.head(dq, head, firstQuery + from, queries.count());
          packed.times(target, scores, Update.REPLACE);
        }
      }
    }
    copyTransposed(dkSum, AttentionTiles.head(dk, keyHead, firstKey, keys.count()));
    copyTransposed(dvSum, AttentionTiles.head(dv, keyHead, firstKey, keys.count()));
  }

  /** dq of a tile of queries. */
  void queryGradients(Tensor dq, Tile queries) {
    int token = in.rows().queryStart(queries.row()) + queries.from();
    int seen = in.rows().visible(queries.row(), queries.from() + queries.count() - 1);
    for (int from = 0; from < seen; from += AttentionTiles.KEYS) {
      var keys = new Tile(queries.row(), from, Math.min(AttentionTiles.KEYS, seen - from));
      var packed = new PackedTile(in.rows().keyStart(queries.row()) + from, keys.count());
      for (int h = 0; h < group; h++) {
        int head = keyHead * group + h;
        var scores = new Scores(queries, keys);
        scores.compute(AttentionTiles.head(in.q(), head, token, queries.count()),
            AttentionTiles.head(in.dOut(), head, token, queries.count()), packed, head);
        packed.times(AttentionTiles.head(dq, head, token, queries.count()), scores,
            from == 0 ? Update.REPLACE : Update.ADD);
      }
    }
  }

  private Matrix cleared(Purpose purpose, int rows, int columns) {
    var matrix = Matrix.dense(workspace.segment(purpose, (long) rows * columns), rows, columns);
    elements.fill(matrix.segment(), 0, 0, rows * columns);
    return matrix;
  }

  private void addProduct(Matrix out, Matrix a, Matrix b) {
    var left = panels.left(workspace, Purpose.LEFT_2, a.rows(), a.columns());
    var right = panels.right(workspace, Purpose.RIGHT_4, b.columns(), b.rows());
    panels.multiply(out, panels.packLeft(a, left, workspace), panels.packRight(b, right, workspace),
        Update.ADD, workspace);
  }

  private static void copyTransposed(Matrix sum, Matrix out) {
    for (int r = 0; r < out.rows(); r++) {
      for (int c = 0; c < out.columns(); c++) {
        float value = Native.get(sum.segment(), (long) c * sum.columns() + r);
        Native.set(out.segment(), out.offset() + r * out.rowStride() + c, value);
      }
    }
  }

  /** A tile's keys and values, packed for the products that all its queries share. */
  private final class PackedTile {
    private final PackedRight keysTransposed;
    private final PackedRight valuesTransposed;
    private final PackedRight keys;

    PackedTile(int firstKey, int count) {
      var k = AttentionTiles.head(in.k(), keyHead, firstKey, count);
      var v = AttentionTiles.head(in.v(), keyHead, firstKey, count);
      keysTransposed = panels.packRight(k.transposed(), panels.right(workspace, Purpose.RIGHT, count, depth),
          workspace);
      valuesTransposed = panels.packRight(v.transposed(),
          panels.right(workspace, Purpose.RIGHT_2, count, width), workspace);
      keys = panels.packRight(k, panels.right(workspace, Purpose.RIGHT_3, depth, count), workspace);
    }

    /** dq = or += the scores' gradients · k, of the keys that the scores have. */
    void times(Matrix dq, Scores scores, Update update) {
      var left = panels.left(workspace, Purpose.LEFT, dq.rows(), scores.keys.count());
      panels.multiply(dq, panels.packLeft(scores.gradients, left, workspace), keys, update, workspace);
    }
  }

  /** The probabilities of a pair of tiles, and the gradients of q·kᵀ. */
  private final class Scores {
    private final Tile queries;
    private final Tile keys;
    private final Matrix weights;
    private final Matrix gradients;

    Scores(Tile queries, Tile keys) {
      this.queries = queries;
      this.keys = keys;
      long size = (long) queries.count() * keys.count();
      weights = Matrix.dense(workspace.segment(Purpose.SCORES, size), queries.count(), keys.count());
      gradients = Matrix.dense(workspace.segment(Purpose.SCORES_2, size), queries.count(), keys.count());
    }

    void compute(Matrix q, Matrix dOut, PackedTile packed, int head) {
      var scaled = AttentionTiles.scaled(elements, q, in.scale(), workspace);
      multiply(weights, scaled, packed.keysTransposed);
      multiply(gradients, dOut, packed.valuesTransposed);
      for (int i = 0; i < queries.count(); i++) {
        int visible = AttentionTiles.visible(in.rows(), queries.row(), queries.from() + i, keys.from(),
            keys.count());
        row(i, visible, in.rows().queryStart(queries.row()) + queries.from() + i, head);
      }
    }

    private void multiply(Matrix out, Matrix a, PackedRight b) {
      var left = panels.left(workspace, Purpose.LEFT, a.rows(), a.columns());
      panels.multiply(out, panels.packLeft(a, left, workspace), b, Update.REPLACE, workspace);
    }

    private void row(int i, int visible, int token, int head) {
      var p = weights.segment();
      var g = gradients.segment();
      long at = 4L * i * keys.count();
      long rest = at + 4L * visible;
      elements.expOf(p, at, p, at, 1, in.logSumExp(token, head), visible);
      elements.softmaxGradient(g, at, p, at, g, at, in.delta(token, head), in.scale(), visible);
      elements.fill(p, rest, 0, keys.count() - visible);
      elements.fill(g, rest, 0, keys.count() - visible);
    }
  }
}
