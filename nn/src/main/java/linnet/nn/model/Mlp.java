package linnet.nn.model;

import java.util.function.Supplier;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Activation;
import linnet.nn.ForwardKeys;
import linnet.nn.Initializer;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.Names;
import linnet.nn.Projection;

/** The part of a layer that looks at each token alone. */
public sealed interface Mlp extends Module {
  /** Applies it to every token of x(T,D). */
  Variable forward(Tape tape, Variable x, ForwardKeys keys);

  static Mlp declare(ModelConfig config, Initializer weights) {
    var form = config.form();
    int hidden = config.hiddenSize();
    int inner = config.intermediateSize();
    boolean bias = form.mlp().bias();
    var f = form.mlp().activation();
    Supplier<Linear> in = () -> Linear.declare(hidden, inner, bias, weights, form.layout());
    var out = Linear.declare(inner, hidden, bias, weights, form.layout());
    return switch (form.mlp().kind()) {
      case GATED -> new Gated(in.get(), in.get(), out, f, form.names());
      case FUSED_GATED -> new FusedGated(Linear.declare(hidden, 2 * inner, bias, weights, form.layout()), out,
          f, form.names());
      case PLAIN -> new Plain(in.get(), out, f, form.names());
    };
  }

  /**
   * down(f(gate(x)) · up(x)).
   *
   * @param gateProj (intermediate, hidden)
   * @param upProj (intermediate, hidden)
   * @param downProj (hidden, intermediate)
   * @param activation f
   * @param names of the checkpoint's steps
   */
  record Gated(Projection gateProj, Projection upProj, Projection downProj, Activation activation,
      Names names) implements Mlp {
    @Override
    public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
      var both = SideBySide.forward(tape, x, keys, gateProj, upProj);
      return downProj.forward(tape, activation.gated(tape, both.get(0), both.get(1)), keys);
    }
  }

  /**
   * The gated MLP with one projection for gate and up.
   *
   * @param gateUpProj (2 · intermediate, hidden), the gate first
   * @param downProj (hidden, intermediate)
   * @param activation f
   * @param names of the checkpoint's steps
   */
  record FusedGated(Projection gateUpProj, Projection downProj, Activation activation, Names names)
      implements Mlp {
    @Override
    public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
      var both = gateUpProj.forward(tape, x, keys);
      int inner = downProj.inFeatures();
      var gate = tape.slice(both, 1, 0, inner);
      var up = tape.slice(both, 1, inner, 2 * inner);
      return downProj.forward(tape, activation.gated(tape, gate, up), keys);
    }
  }

  /**
   * fc2(f(fc1(x))).
   *
   * @param fc1 (intermediate, hidden)
   * @param fc2 (hidden, intermediate)
   * @param activation f
   * @param names of the checkpoint's steps
   */
  record Plain(Projection fc1, Projection fc2, Activation activation, Names names) implements Mlp {
    @Override
    public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
      return fc2.forward(tape, activation.apply(tape, fc1.forward(tape, x, keys)), keys);
    }
  }
}
