package linnet.nn.model;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Initializer;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Projection;

/**
 * Causal grouped-query attention with rotary positions.
 *
 * @param qProj queries: (H·D, hidden)
 * @param kProj keys: (G·D, hidden)
 * @param vProj values: (G·D, hidden)
 * @param oProj output: (hidden, H·D)
 * @param headDim D
 */
public record SelfAttention(Projection qProj, Projection kProj, Projection vProj, Projection oProj,
    int headDim) implements Module {
  static SelfAttention declare(ModelConfig config, Initializer weights) {
    int hidden = config.hiddenSize();
    int queries = config.numAttentionHeads() * config.headDim();
    int keys = config.numKeyValueHeads() * config.headDim();
    boolean bias = config.attentionBias();
    return new SelfAttention(Linear.declare(hidden, queries, bias, weights),
        Linear.declare(hidden, keys, bias, weights), Linear.declare(hidden, keys, bias, weights),
        Linear.declare(queries, hidden, bias, weights), config.headDim());
  }

  Variable forward(Tape tape, Variable x, int layer, AttentionContext context) {
    var q = rotated(tape, heads(tape, qProj, x, context), context);
    var k = rotated(tape, heads(tape, kProj, x, context), context);
    var v = heads(tape, vProj, x, context);
    var seen = context.cache().append(layer, k, v);
    var mixed = tape.attention(q, seen.keys(), seen.values(), context.rows(), 1 / Math.sqrt(headDim));
    var flat = tape.reshape(mixed, x.shape().size(0), qProj.outFeatures());
    return oProj.forward(tape, flat, context.keys());
  }

  private Variable heads(Tape tape, Projection projection, Variable x, AttentionContext context) {
    var y = projection.forward(tape, x, context.keys());
    return tape.reshape(y, x.shape().size(0), projection.outFeatures() / headDim, headDim);
  }

  private static Variable rotated(Tape tape, Variable x, AttentionContext context) {
    return tape.rope(x, context.angles().cos(), context.angles().sin());
  }
}
