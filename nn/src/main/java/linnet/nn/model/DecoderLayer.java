package linnet.nn.model;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Initializer;
import linnet.nn.Key;
import linnet.nn.Module;
import linnet.nn.Names;
import linnet.nn.Norm;
import linnet.nn.model.DecoderForm.Residuals;

/**
 * One layer: attention and MLP as branches of the stream of features, see {@link Residuals}.
 *
 * @param inputLayernorm before attention
 * @param selfAttn attention
 * @param attentionOutNorm of attention's result
 * @param mlpNorm before the MLP; where it is missing, the MLP reads what attention reads
 * @param mlp the MLP
 * @param mlpOutNorm of the MLP's result
 * @param names of the checkpoint's steps
 */
public record DecoderLayer(Norm inputLayernorm, SelfAttention selfAttn, Optional<Norm> attentionOutNorm,
    @Key("post_attention_layernorm") Optional<Norm> mlpNorm, Mlp mlp, Optional<Norm> mlpOutNorm, Names names)
    implements Module {
  static DecoderLayer declare(ModelConfig config, DecoderForm.LayerForm layer, Initializer weights) {
    var form = config.form();
    return new DecoderLayer(form.norm().declare(config.hiddenSize()),
        SelfAttention.declare(config, layer, weights),
        norm(config, form.residuals() == Residuals.NORMED),
        norm(config, form.residuals() != Residuals.PARALLEL),
        Mlp.declare(config, weights),
        norm(config, form.residuals() == Residuals.NORMED), form.names());
  }

  private static Optional<Norm> norm(ModelConfig config, boolean present) {
    return present ? Optional.of(config.form().norm().declare(config.hiddenSize())) : Optional.empty();
  }

  /** The layer's results (Q,hidden) for the tokens that {@code context} asks for, of x(T,hidden). */
  Variable forward(Tape tape, Variable x, int layer, AttentionContext context) {
    var queries = context.queries();
    var normed = inputLayernorm.forward(tape, x);
    var attention = selfAttn.forward(tape, normed, layer, context);
    var attended = tape.add(queries.of(tape, x),
        attentionOutNorm.map(n -> n.forward(tape, attention)).orElse(attention));
    var mlpInput = mlpNorm.map(n -> n.forward(tape, attended)).orElseGet(() -> queries.of(tape, normed));
    var fed = mlp.forward(tape, mlpInput, queries.keys());
    return tape.add(attended, mlpOutNorm.map(n -> n.forward(tape, fed)).orElse(fed));
  }
}
