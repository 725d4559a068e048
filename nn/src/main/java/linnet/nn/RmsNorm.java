package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * Root-mean-square normalisation: y(…,D) = x · rsqrt(mean(x²) + eps) · (w + offset).
 *
 * @param weight (D)
 * @param eps what keeps the root from zero
 * @param offset what is added to the weight: 0, or 1 where checkpoints hold the difference from 1
 */
public record RmsNorm(Param weight, double eps, double offset) implements Norm {
  /** A norm whose weight is the factor itself. */
  public RmsNorm(Param weight, double eps) {
    this(weight, eps, 0);
  }

  /** A norm over {@code size} features, to be loaded or initialised to factors of one. */
  public static RmsNorm declare(int size, double eps) {
    return declare(size, eps, 0);
  }

  /** A norm over {@code size} features, to be loaded or initialised to factors of one. */
  public static RmsNorm declare(int size, double eps, double offset) {
    return new RmsNorm(new DeclaredParam(new Initializer.Constant(1 - offset), size), eps, offset);
  }

  @Override
  public Variable forward(Tape tape, Variable x) {
    var factor = offset == 0 ? weight.variable() : tape.shift(weight.variable(), offset);
    return tape.rmsNorm(x, factor, eps);
  }
}
