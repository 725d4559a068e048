package linnet.tensor.vector;

import linnet.tensor.AttentionRule;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;

/**
 * The gradients of attention in tiles; probabilities are computed anew from the log-sum-exp. A task owns a
 * tile of keys and the heads that share a key/value head, and goes over the queries in order: so every sum
 * has one order. The queries' gradient needs all keys: where they are one tile, it is a by-product; for
 * longer rows, tasks that own a tile of queries compute it, going over the keys.
 */
final class AttentionBackward {
  private final VectorBackend backend;
  private final Crew crew;
  private final Lanes lanes;

  AttentionBackward(VectorBackend backend, Crew crew, Lanes lanes) {
    this.backend = backend;
    this.crew = crew;
    this.lanes = lanes;
  }

  /** The operands, with dense rows; {@code delta} is Σ out·dOut per token and head. */
  record Inputs(Tensor q, Tensor k, Tensor v, Tensor dOut, Tensor logSumExp, float[] delta,
      Segments rows, AttentionRule rule) {
    float scale() {
      return (float) rule.scale();
    }

    int group() {
      return q.size(1) / k.size(1);
    }

    float delta(int token, int head) {
      return delta[token * q.size(1) + head];
    }

    float logSumExp(int token, int head) {
      return Native.get(Native.segment(logSumExp),
          logSumExp.offset() + token * logSumExp.stride(0) + head * logSumExp.stride(1));
    }
  }

  void run(Tensor dqTensor, Tensor dkTensor, Tensor dvTensor, Tensor dOutTensor, Tensor outTensor,
      Tensor logSumExp, Tensor q, Tensor k, Tensor v, Segments rows, AttentionRule rule) {
    AttentionTiles.check(q, k, v, rows);
    try (var views = new DenseViews(backend, "attentionBackward")) {
      var dq = views.outputTensor(dqTensor);
      var dk = views.outputTensor(dkTensor);
      var dv = views.outputTensor(dvTensor);
      var dOut = views.inputTensor(dOutTensor);
      var out = views.inputTensor(outTensor);
      var in = new Inputs(views.inputTensor(q), views.inputTensor(k), views.inputTensor(v), dOut, logSumExp,
          delta(out, dOut), rows, rule);
      clearUnused(dk, rows);
      clearUnused(dv, rows);
      int groups = k.size(1);
      var keyTiles = AttentionTiles.ofKeys(rows);
      crew.run(keyTiles.size() * groups, (task, workspace) ->
          new BackwardTask(in, task % groups, lanes, workspace).keyGradients(dk, dv, dq,
              keyTiles.get(task / groups)));
      var queryTiles = AttentionTiles.ofQueries(rows).stream()
          .filter(tile -> !AttentionTiles.hasOneTileOfKeys(rows, tile.row())).toList();
      crew.run(queryTiles.size() * groups, (task, workspace) ->
          new BackwardTask(in, task % groups, lanes, workspace).queryGradients(dq,
              queryTiles.get(task / groups)));
    }
  }

  private float[] delta(Tensor out, Tensor dOut) {
    int heads = out.size(1);
    int width = out.size(2);
    var delta = new float[out.size(0) * heads];
    var a = Native.segment(out);
    var b = Native.segment(dOut);
    crew.runRows(delta.length, width, (index, workspace) -> {
      int token = index / heads;
      int head = index % heads;
      delta[index] = lanes.sums().dot(a, 4 * (out.offset() + token * out.stride(0) + head * out.stride(1)),
          b, 4 * (dOut.offset() + token * dOut.stride(0) + head * dOut.stride(1)), width);
    });
    return delta;
  }

  /** Keys that no row holds get no gradient. */
  private void clearUnused(Tensor gradient, Segments rows) {
    backend.fill(gradient.slice(0, 0, rows.keyStart(0)), 0);
    backend.fill(gradient.slice(0, rows.keyStart(rows.rows()), gradient.size(0)), 0);
  }
}
