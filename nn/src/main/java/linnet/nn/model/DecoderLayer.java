package linnet.nn.model;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Initializer;
import linnet.nn.Module;
import linnet.nn.RmsNorm;

/**
 * One layer: x + attention(norm(x)), then that + mlp(norm(that)).
 *
 * @param inputLayernorm before attention
 * @param selfAttn attention
 * @param postAttentionLayernorm before the MLP
 * @param mlp the MLP
 */
public record DecoderLayer(RmsNorm inputLayernorm, SelfAttention selfAttn, RmsNorm postAttentionLayernorm,
    Mlp mlp) implements Module {
  static DecoderLayer declare(ModelConfig config, Initializer weights) {
    return new DecoderLayer(RmsNorm.declare(config.hiddenSize(), config.rmsNormEps()),
        SelfAttention.declare(config, weights),
        RmsNorm.declare(config.hiddenSize(), config.rmsNormEps()),
        Mlp.declare(config, weights));
  }

  Variable forward(Tape tape, Variable x, int layer, AttentionContext context) {
    var attended = tape.add(x, selfAttn.forward(tape, inputLayernorm.forward(tape, x), layer, context));
    var normed = postAttentionLayernorm.forward(tape, attended);
    return tape.add(attended, mlp.forward(tape, normed, context.keys()));
  }
}
