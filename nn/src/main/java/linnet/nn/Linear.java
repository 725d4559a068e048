package linnet.nn;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * The plain projection.
 *
 * @param weight (N,K)
 * @param bias (N)
 */
public record Linear(Param weight, Optional<Param> bias) implements Projection {
  /** A projection of the given sizes, to be loaded or initialised. */
  public static Linear declare(int inFeatures, int outFeatures, boolean bias, Initializer weights) {
    return new Linear(new DeclaredParam(weights, outFeatures, inFeatures),
        bias ? Optional.of(new DeclaredParam(new Initializer.Constant(0), outFeatures)) : Optional.empty());
  }

  @Override
  public Linear base() {
    return this;
  }

  @Override
  public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
    return withBias(tape, tape.linear(x, weight.variable()));
  }

  /** y + bias, or y where there is none. */
  Variable withBias(Tape tape, Variable y) {
    return bias.map(b -> tape.add(y, b.variable())).orElse(y);
  }
}
