package linnet.nn.model;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Initializer;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Names;
import linnet.nn.Projection;

/** Where attention's queries, keys and values come from. */
public sealed interface QueryKeyValue extends Module {
  /**
   * The heads of a batch.
   *
   * @param q (Q,H,D), of the tokens that are computed, see {@link Queries}
   * @param k (T,G,D)
   * @param v (T,G,D)
   */
  record Heads(Variable q, Variable k, Variable v) {}

  /** The heads, of {@code headDim} features each, of x(T,hidden). */
  Heads forward(Tape tape, Variable x, int headDim, AttentionContext context);

  static QueryKeyValue declare(ModelConfig config, Initializer weights) {
    var form = config.form();
    int hidden = config.hiddenSize();
    int queries = config.numAttentionHeads() * config.headDim();
    int keys = config.numKeyValueHeads() * config.headDim();
    boolean bias = form.attention().inputBias();
    return form.attention().fused()
        ? new Fused(Linear.declare(hidden, queries + 2 * keys, bias, weights, form.layout()),
            config.numAttentionHeads(), form.names())
        : new Separate(Linear.declare(hidden, queries, bias, weights, form.layout()),
            Linear.declare(hidden, keys, bias, weights, form.layout()),
            Linear.declare(hidden, keys, bias, weights, form.layout()), form.names());
  }

  /**
   * A projection for each.
   *
   * @param qProj queries: (H·D, hidden)
   * @param kProj keys: (G·D, hidden)
   * @param vProj values: (G·D, hidden)
   * @param names of the checkpoint's steps
   */
  record Separate(Projection qProj, Projection kProj, Projection vProj, Names names)
      implements QueryKeyValue {
    @Override
    public Heads forward(Tape tape, Variable x, int headDim, AttentionContext context) {
      var queries = context.queries();
      if (queries.tokens().isEmpty()) {
        var all = SideBySide.forward(tape, x, context.keys(), qProj, kProj, vProj);
        return heads(tape, all.get(0), all.get(1), all.get(2), headDim);
      }
      var q = qProj.forward(tape, queries.of(tape, x), queries.keys());
      var both = SideBySide.forward(tape, x, context.keys(), kProj, vProj);
      return heads(tape, q, both.get(0), both.get(1), headDim);
    }

    private static Heads heads(Tape tape, Variable q, Variable k, Variable v, int headDim) {
      return new Heads(QueryKeyValue.heads(tape, q, headDim), QueryKeyValue.heads(tape, k, headDim),
          QueryKeyValue.heads(tape, v, headDim));
    }
  }

  /**
   * One projection for all; queries that are not asked for are computed with the others.
   *
   * @param qkvProj queries, keys and values, one behind the other: ((H + 2·G)·D, hidden)
   * @param queryHeads H
   * @param names of the checkpoint's steps
   */
  record Fused(Projection qkvProj, int queryHeads, Names names) implements QueryKeyValue {
    @Override
    public Heads forward(Tape tape, Variable x, int headDim, AttentionContext context) {
      var features = qkvProj.forward(tape, x, context.keys());
      var all = heads(tape, features, headDim);
      int heads = all.shape().size(1);
      int valuesFrom = (queryHeads + heads) / 2;
      var q = context.queries().tokens().isEmpty() ? tape.slice(all, 1, 0, queryHeads)
          : heads(tape, context.queries().of(tape, tape.slice(features, 1, 0, queryHeads * headDim)), headDim);
      return new Heads(q, tape.slice(all, 1, queryHeads, valuesFrom), tape.slice(all, 1, valuesFrom, heads));
    }
  }

  /** Features (T,N) as (T, N / D, D). */
  private static Variable heads(Tape tape, Variable features, int headDim) {
    return tape.reshape(features, features.shape().size(0), features.shape().size(1) / headDim, headDim);
  }
}
