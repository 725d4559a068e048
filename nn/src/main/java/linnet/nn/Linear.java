package linnet.nn;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * The plain projection.
 *
 * @param weight (N,K), or (K,N), as the layout says
 * @param bias (N)
 * @param layout how the weight is stored
 */
public record Linear(Param weight, Optional<Param> bias, WeightLayout layout) implements Projection {
  /** A projection whose weight is stored as (N,K). */
  public Linear(Param weight, Optional<Param> bias) {
    this(weight, bias, WeightLayout.OUT_IN);
  }

  /** A projection of the given sizes, to be loaded or initialised. */
  public static Linear declare(int inFeatures, int outFeatures, boolean bias, Initializer weights) {
    return declare(inFeatures, outFeatures, bias, weights, WeightLayout.OUT_IN);
  }

  /** A projection of the given sizes and layout, to be loaded or initialised. */
  public static Linear declare(int inFeatures, int outFeatures, boolean bias, Initializer weights,
      WeightLayout layout) {
    return new Linear(new DeclaredParam(weights, layout.sizes(inFeatures, outFeatures)),
        bias ? Optional.of(new DeclaredParam(new Initializer.Constant(0), outFeatures)) : Optional.empty(),
        layout);
  }

  @Override
  public Linear base() {
    return this;
  }

  @Override
  public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
    return withBias(tape, tape.linear(x, outIn(tape)));
  }

  /** The weight as (N,K). */
  Variable outIn(Tape tape) {
    return layout.outIn(tape, weight.variable());
  }

  /** y + bias, or y where there is none. */
  Variable withBias(Tape tape, Variable y) {
    return bias.map(b -> tape.add(y, b.variable())).orElse(y);
  }
}
