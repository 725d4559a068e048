package linnet.nn.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Initializer;
import linnet.nn.Key;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Names;
import linnet.nn.Norm;
import linnet.nn.Projection;
import linnet.nn.model.RotaryEmbedding.Angles;
import linnet.tensor.AttentionRule;

/**
 * Causal grouped-query attention.
 *
 * @param inputs where queries, keys and values come from
 * @param oProj output: (hidden, H·D)
 * @param qNorm of each head's queries
 * @param kNorm of each head's keys
 * @param headDim D
 * @param rope which of the model's rotary embeddings turns queries and keys
 * @param rule what a query sees, and what becomes of scores
 * @param names of the checkpoint's steps
 */
public record SelfAttention(@Key("") QueryKeyValue inputs, Projection oProj, Optional<Norm> qNorm,
    Optional<Norm> kNorm, int headDim, OptionalInt rope, AttentionRule rule, Names names) implements Module {
  static SelfAttention declare(ModelConfig config, DecoderForm.LayerForm layer, Initializer weights) {
    var form = config.form();
    var attention = form.attention();
    var output = Linear.declare(config.numAttentionHeads() * config.headDim(), config.hiddenSize(),
        attention.outputBias(), weights, form.layout());
    return new SelfAttention(QueryKeyValue.declare(config, weights), output,
        attention.queryKeyNorm().map(norm -> norm.declare(config.headDim())),
        attention.queryKeyNorm().map(norm -> norm.declare(config.headDim())), config.headDim(), layer.rope(),
        new AttentionRule(layer.scoreScale(), layer.window(), attention.softCap()), form.names());
  }

  Variable forward(Tape tape, Variable x, int layer, AttentionContext context) {
    var heads = inputs.forward(tape, x, headDim, context);
    var queries = context.queries();
    var q = placed(tape, heads.q(), qNorm, queries.angles());
    var k = placed(tape, heads.k(), kNorm, context.angles());
    var seen = context.cache().append(layer, k, heads.v());
    var mixed = tape.attention(q, seen.keys(), seen.values(), queries.rows(), rule);
    var flat = tape.reshape(mixed, mixed.shape().size(0), oProj.inFeatures());
    return oProj.forward(tape, flat, queries.keys());
  }

  /** Queries or keys, normed and turned by their positions. */
  private Variable placed(Tape tape, Variable x, Optional<Norm> norm, List<Angles> ofRopes) {
    var normed = norm.map(n -> n.forward(tape, x)).orElse(x);
    if (rope.isEmpty()) {
      return normed;
    }
    var angles = ofRopes.get(rope.getAsInt());
    return tape.rope(normed, angles.cos(), angles.sin());
  }
}
