package linnet.nn;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import linnet.autograd.Tape;
import linnet.autograd.Variable;

/** The function between the projections of an MLP. */
public enum Activation {
  /** x · sigmoid(x). */
  SILU("silu", "swish") {
    @Override
    public Variable apply(Tape tape, Variable x) {
      return tape.silu(x);
    }

    @Override
    public Variable gated(Tape tape, Variable gate, Variable up) {
      return tape.swiGlu(gate, up);
    }
  },
  /** x · Φ(x). */
  GELU("gelu", "gelu_python") {
    @Override
    public Variable apply(Tape tape, Variable x) {
      return tape.gelu(x);
    }
  },
  /** x · Φ(x), nearly, by tanh. */
  GELU_TANH("gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate") {
    @Override
    public Variable apply(Tape tape, Variable x) {
      return tape.geluTanh(x);
    }
  },
  /** max(x, 0). */
  RELU("relu") {
    @Override
    public Variable apply(Tape tape, Variable x) {
      return tape.relu(x);
    }
  };

  private final List<String> names;

  Activation(String... names) {
    this.names = List.of(names);
  }

  /** f(x), element by element. */
  public abstract Variable apply(Tape tape, Variable x);

  /** f(gate) · up. */
  public Variable gated(Tape tape, Variable gate, Variable up) {
    return tape.mul(apply(tape, gate), up);
  }

  /** The activation that {@code config.json} calls so. */
  public static Optional<Activation> named(String name) {
    return Arrays.stream(values()).filter(a -> a.names.contains(name)).findFirst();
  }

  /** The names of all, for messages. */
  public static String supported() {
    return Arrays.stream(values()).flatMap(a -> a.names.stream())
        .map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
  }
}
