package linnet.nn.model;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.ForwardKeys;
import linnet.nn.Initializer;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Projection;

/**
 * The gated MLP: down(silu(gate(x)) · up(x)).
 *
 * @param gateProj (intermediate, hidden)
 * @param upProj (intermediate, hidden)
 * @param downProj (hidden, intermediate)
 */
public record Mlp(Projection gateProj, Projection upProj, Projection downProj) implements Module {
  static Mlp declare(ModelConfig config, Initializer weights) {
    int hidden = config.hiddenSize();
    int inner = config.intermediateSize();
    boolean bias = config.mlpBias();
    return new Mlp(Linear.declare(hidden, inner, bias, weights), Linear.declare(hidden, inner, bias, weights),
        Linear.declare(inner, hidden, bias, weights));
  }

  Variable forward(Tape tape, Variable x, ForwardKeys keys) {
    var gate = gateProj.forward(tape, x, keys);
    var up = upProj.forward(tape, x, keys);
    return downProj.forward(tape, tape.swiGlu(gate, up), keys);
  }
}
