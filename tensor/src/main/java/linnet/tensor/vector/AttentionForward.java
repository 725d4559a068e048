package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import linnet.tensor.AttentionRule;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;
import linnet.tensor.vector.AttentionTiles.Tile;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * Attention in tiles with an online softmax (Dao et al., 2022): a task owns the queries of one tile and the
 * heads that share a key/value head, and goes over the keys in order, so that each key tile is packed once
 * for all of them. Rows of few queries, as in decoding, see {@link AttentionDecoding}.
 */
final class AttentionForward {
  private final VectorBackend backend;
  private final Crew crew;
  private final Panels panels;
  private final ElementLanes elements;
  private final ScoreLanes scores;
  private final AttentionDecoding decoding;

  AttentionForward(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.panels = new Panels(lanes.panels(), lanes.storage());
    this.elements = lanes.elements();
    this.scores = lanes.scores();
    this.decoding = new AttentionDecoding(crew, lanes);
  }

  void run(Tensor outTensor, Tensor logSumExp, Tensor q, Tensor k, Tensor v, Segments rows,
      AttentionRule rule) {
    AttentionTiles.check(q, k, v, rows);
    try (var views = new DenseViews(backend, "attention")) {
      var out = views.outputTensor(outTensor);
      var inputs = new Inputs(views.inputTensor(q), views.anyStrides(k), views.inputTensor(v), out,
          logSumExp, rows, rule);
      decoding.run(inputs);
      var tiles = AttentionTiles.ofQueries(rows).stream()
          .filter(tile -> !AttentionDecoding.suits(rows, tile.row())).toList();
      int groups = k.size(1);
      crew.runInOrder(tiles.size() * groups, (task, workspace) ->
          new Task(inputs, tiles.get(task / groups), task % groups, workspace).run());
    }
  }

  /** The operands, with dense rows but for the keys. */
  record Inputs(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, Segments rows,
      AttentionRule rule) {
    int group() {
      return q.size(1) / k.size(1);
    }

    void setLogSumExp(int token, int head, float value) {
      Native.set(Native.segment(logSumExp),
          logSumExp.offset() + token * logSumExp.stride(0) + head * logSumExp.stride(1), value);
    }
  }

  private final class Task {
    private final Inputs in;
    private final Tile tile;
    private final int keyHead;
    private final Workspace workspace;
    private final int group;
    private final int depth;
    private final int width;
    private final float[] max;
    private final float[] sum;
    private final MemorySegment output;
    private final PackedLeft[] queries;

    Task(Inputs in, Tile tile, int keyHead, Workspace workspace) {
      this.in = in;
      this.tile = tile;
      this.keyHead = keyHead;
      this.workspace = workspace;
      group = in.group();
      depth = in.q().size(2);
      width = in.v().size(2);
      int states = group * tile.count();
      max = workspace.array(Purpose.STATE, states);
      sum = workspace.array(Purpose.RESULTS, states);
      output = workspace.segment(Purpose.OUTPUT, (long) states * width);
      queries = new PackedLeft[group];
      Arrays.fill(max, 0, states, Float.NEGATIVE_INFINITY);
      Arrays.fill(sum, 0, states, 0);
    }

    void run() {
      int firstQuery = in.rows().queryStart(tile.row()) + tile.from();
      int padded = Panels.padded(tile.count(), panels.rows());
      int size = Math.toIntExact(PackedLeft.size(padded, depth));
      var all = workspace.array(Purpose.LEFT, (long) group * size);
      for (int h = 0; h < group; h++) {
        var q = AttentionTiles.head(in.q(), keyHead * group + h, firstQuery, tile.count());
        var room = new PackedLeft(all, h * size, padded, depth, Panels.block(depth));
        queries[h] = AttentionTiles.packScaled(panels, scores, q, in.rule(), room, workspace);
      }
      int keys = in.rows().visible(tile.row(), tile.from() + tile.count() - 1);
      int first = AttentionTiles.firstTileSeen(in.rule(), in.rows().visible(tile.row(), tile.from()));
      for (int from = first; from < keys; from += AttentionTiles.KEYS) {
        overKeys(from, Math.min(AttentionTiles.KEYS, keys - from),
            from == first ? Update.REPLACE : Update.ADD);
      }
      for (int h = 0; h < group; h++) {
        for (int i = 0; i < tile.count(); i++) {
          finish(firstQuery + i, keyHead * group + h, h * tile.count() + i);
        }
      }
    }

    private void overKeys(int from, int count, Update update) {
      int firstKey = in.rows().keyStart(tile.row()) + from;
      var k = AttentionTiles.head(in.k(), keyHead, firstKey, count);
      var v = AttentionTiles.head(in.v(), keyHead, firstKey, count);
      var packedKeys =
          panels.packRight(k.transposed(), panels.right(workspace, Purpose.RIGHT, count, depth), workspace);
      var packedValues = panels.packRight(v, panels.right(workspace, Purpose.RIGHT_2, width, count),
          workspace);
      var weights = panels.left(workspace, Purpose.SCORES, tile.count(), count);
      var room = weights.data();
      var target = Matrix.dense(output, group * tile.count(), width);
      int seenByFirst = in.rows().visible(tile.row(), tile.from()) - from;
      for (int h = 0; h < group; h++) {
        panels.multiplyToSeen(room, 0, Panels.DEPTH, panels.columns(), queries[h], packedKeys, count,
            seenByFirst);
        for (int i = 0; i < tile.count(); i++) {
          int visible = Math.clamp(seenByFirst + i, 0, count);
          int hidden = Math.clamp(in.rule().firstSeen(from + seenByFirst + i) - from, 0, visible);
          weigh(room, i * Panels.DEPTH, hidden, visible, count, h * tile.count() + i);
        }
        panels.multiplySeen(target.part(h * tile.count(), tile.count(), 0, width), weights, packedValues,
            seenByFirst, update, workspace);
      }
    }

    /**
     * Turns the scores [hidden, visible) of a row into weights relative to the largest score so far, and the
     * state with it; other keys get none.
     */
    private void weigh(float[] row, int at, int hidden, int visible, int count, int state) {
      Arrays.fill(row, at, at + hidden, 0);
      Arrays.fill(row, at + visible, at + count, 0);
      if (hidden == visible) {
        return;
      }
      int first = at + hidden;
      int seen = visible - hidden;
      if (in.rule().caps()) {
        scores.cap(row, row, first, (float) in.rule().softCap(), seen);
      }
      float newMax = Math.max(max[state], scores.max(row, first, seen));
      float shrink = ScalarMath.exp(max[state] - newMax);
      sum[state] = sum[state] * shrink + scores.expSum(row, first, newMax, seen);
      if (max[state] != Float.NEGATIVE_INFINITY) { // else there is no output yet
        long before = 4L * state * width;
        elements.affine(output, before, output, before, shrink, 0, width);
      }
      max[state] = newMax;
    }

    private void finish(int token, int head, int state) {
      long at = 4 * (in.out().offset() + token * in.out().stride(0) + head * in.out().stride(1));
      elements.affine(Native.segment(in.out()), at, output, 4L * state * width, 1 / sum[state], 0, width);
      in.setLogSumExp(token, head, max[state] + ScalarMath.log(sum[state]));
    }
  }
}
