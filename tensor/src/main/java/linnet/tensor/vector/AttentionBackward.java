package linnet.tensor.vector;

import java.lang.foreign.MemorySegment;
import java.util.List;
import linnet.tensor.AttentionRule;
import linnet.tensor.DType;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;
import linnet.tensor.vector.AttentionTiles.Tile;
import linnet.tensor.vector.Workspace.Purpose;

/**
 * The gradients of attention in tiles; probabilities are computed anew from the log-sum-exp. A task owns a
 * tile of keys and the heads that share a key/value head, and goes over the queries of each head in order,
 * then adds up the heads: so every sum has one order. Where these are too few tasks for the threads, each head
 * is one. The queries' gradient needs all keys: where they are one tile, it is a by-product; for longer rows,
 * tasks that own a tile of queries compute it, going over the keys.
 */
final class AttentionBackward {
  /** Tasks for each thread, at least, before one has all heads that share a key/value head. */
  private static final int TASKS = 3;

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
      if (in.group() > 1 && crew.threads() > 1 && keyTiles.size() * groups < TASKS * crew.threads()) {
        headByHead(in, keyTiles, dk, dv, dq);
      } else {
        crew.runInOrder(keyTiles.size() * groups, (task, workspace) ->
            new BackwardTask(in, task % groups, lanes, workspace).keyGradients(dk, dv, dq,
                keyTiles.get(task / groups)));
      }
      var queryTiles = AttentionTiles.ofQueries(rows).stream()
          .filter(tile -> !AttentionTiles.hasOneTileOfKeys(rows, tile.row())).toList();
      crew.runInOrder(queryTiles.size() * groups, (task, workspace) ->
          new BackwardTask(in, task % groups, lanes, workspace).queryGradients(dq,
              queryTiles.get(task / groups)));
    }
  }

  private void headByHead(Inputs in, List<Tile> keyTiles, Tensor dk, Tensor dv, Tensor dq) {
    int heads = in.q().size(1);
    int groups = in.k().size(1);
    var shared = crew.borrow();
    try {
      var sums = HeadSums.of(in, shared);
      crew.runInOrder(keyTiles.size() * heads, (task, workspace) -> {
        var keys = keyTiles.get(task / heads);
        int head = task % heads;
        new BackwardTask(in, head / in.group(), lanes, workspace).headGradients(sums.of(keys, head), dq, keys,
            head);
      });
      crew.run(keyTiles.size() * groups, (task, workspace) -> {
        var keys = keyTiles.get(task / groups);
        int firstHead = task % groups * in.group();
        var writer = new BackwardTask(in, task % groups, lanes, workspace);
        for (int h = 1; h < in.group(); h++) {
          writer.add(sums.of(keys, firstHead), sums.of(keys, firstHead + h));
        }
        writer.write(dk, dv, keys, sums.of(keys, firstHead));
      });
    } finally {
      crew.giveBack(shared);
    }
  }

  /** Room for the sums of each tile of keys and each head. */
  private record HeadSums(Inputs in, MemorySegment dk, MemorySegment dv) {
    static HeadSums of(Inputs in, Workspace shared) {
      long keys = (long) in.rows().keyStart(in.rows().rows()) - in.rows().keyStart(0);
      long rows = keys * in.q().size(1);
      return new HeadSums(in, shared.segment(Purpose.OUTPUT, rows * in.k().size(2)),
          shared.segment(Purpose.OUTPUT_2, rows * in.v().size(2)));
    }

    BackwardTask.KeySums of(Tile keys, int head) {
      long keysBefore = (long) in.rows().keyStart(keys.row()) + keys.from() - in.rows().keyStart(0);
      long rowsBefore = keysBefore * in.q().size(1) + (long) head * keys.count();
      return new BackwardTask.KeySums(matrix(dk, rowsBefore, in.k().size(2), keys),
          matrix(dv, rowsBefore, in.v().size(2), keys));
    }

    private static Matrix matrix(MemorySegment floats, long rowsBefore, int width, Tile keys) {
      return new Matrix(DType.F32, floats, rowsBefore * width, keys.count(), 1, width, keys.count());
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
