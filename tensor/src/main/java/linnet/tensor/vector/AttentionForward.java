package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
  private final SumLanes sums;
  private final AttentionDecoding decoding;

  AttentionForward(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.panels = new Panels(lanes);
    this.elements = lanes.elements();
    this.sums = lanes.sums();
    this.decoding = new AttentionDecoding(crew, lanes);
  }

  void run(Tensor outTensor, Tensor logSumExp, Tensor q, Tensor k, Tensor v, Segments rows, double scale) {
    AttentionTiles.check(q, k, v, rows);
    try (var views = new DenseViews(backend, "attention")) {
      var out = views.outputTensor(outTensor);
      var inputs = new Inputs(views.inputTensor(q), views.anyStrides(k), views.inputTensor(v), out,
          logSumExp, rows, (float) scale);
      decoding.run(inputs);
      var tiles = AttentionTiles.ofQueries(rows).stream()
          .filter(tile -> !AttentionDecoding.suits(rows, tile.row())).toList();
      int groups = k.size(1);
      crew.run(tiles.size() * groups, (task, workspace) ->
          new Task(inputs, tiles.get(task / groups), task % groups, workspace).run());
    }
  }

  /** The operands, with dense rows but for the keys. */
  record Inputs(Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSumExp, Segments rows, float scale) {
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
      var all = workspace.array(Purpose.LEFT, group * PackedLeft.size(padded, depth));
      for (int h = 0; h < group; h++) {
        var head = AttentionTiles.head(in.q(), keyHead * group + h, firstQuery, tile.count());
        var q = AttentionTiles.scaled(elements, head, in.scale(), workspace);
        var room = new PackedLeft(all, (int) (h * PackedLeft.size(padded, depth)), padded, depth);
        queries[h] = panels.packLeft(q, room, workspace);
      }
      int keys = in.rows().visible(tile.row(), tile.from() + tile.count() - 1);
      for (int from = 0; from < keys; from += AttentionTiles.KEYS) {
        overKeys(from, Math.min(AttentionTiles.KEYS, keys - from));
      }
      for (int h = 0; h < group; h++) {
        for (int i = 0; i < tile.count(); i++) {
          finish(firstQuery + i, keyHead * group + h, h * tile.count() + i);
        }
      }
    }

    private void overKeys(int from, int count) {
      int firstKey = in.rows().keyStart(tile.row()) + from;
      var k = AttentionTiles.head(in.k(), keyHead, firstKey, count);
      var v = AttentionTiles.head(in.v(), keyHead, firstKey, count);
      var packedKeys =
          panels.packRight(k.transposed(), panels.right(workspace, Purpose.RIGHT, count, depth), workspace);
      var packedValues = panels.packRight(v, panels.right(workspace, Purpose.RIGHT_2, width, count),
          workspace);
      var scores = Matrix.dense(workspace.segment(Purpose.SCORES, (long) tile.count() * count),
          tile.count(), count);
      var room = panels.left(workspace, Purpose.LEFT_2, tile.count(), count);
      for (int h = 0; h < group; h++) {
        panels.multiply(scores, queries[h], packedKeys, Update.REPLACE, workspace);
        for (int i = 0; i < tile.count(); i++) {
          int visible = AttentionTiles.visible(in.rows(), tile.row(), tile.from() + i, from, count);
          weigh(scores.segment(), 4L * i * count, visible, count, h * tile.count() + i);
        }
        var weights = panels.packLeft(scores, room, workspace);
        var part = Matrix.dense(output, group * tile.count(), width).part(h * tile.count(), tile.count(), 0,
            width);
        panels.multiply(part, weights, packedValues, from == 0 ? Update.REPLACE : Update.ADD, workspace);
      }
    }

    /** Turns a row of scores into weights relative to the largest score so far, and the state with it. */
    private void weigh(MemorySegment scores, long at, int visible, int count, int state) {
      elements.fill(scores, at + 4L * visible, 0, count - visible);
      if (visible == 0) {
        return;
      }
      float newMax = Math.max(max[state], sums.max(scores, at, visible));
      float shrink = ScalarMath.exp(max[state] - newMax);
      float added = sums.expSum(scores, at, scores, at, newMax, visible);
      sum[state] = sum[state] * shrink + added;
      if (max[state] != Float.NEGATIVE_INFINITY) { // else there is no output yet
        long row = 4L * state * width;
        elements.affine(output, row, output, row, shrink, 0, width);
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
