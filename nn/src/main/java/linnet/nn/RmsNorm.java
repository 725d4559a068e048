package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * Root-mean-square normalisation: y(T,D) = x · rsqrt(mean(x²) + eps) · w.
 *
 * @param weight (D)
 * @param eps what keeps the root from zero
 */
public record RmsNorm(Param weight, double eps) implements Module {
  /** A norm over {@code size} features, to be loaded or initialised to ones. */
  public static RmsNorm declare(int size, double eps) {
    return new RmsNorm(new DeclaredParam(new Initializer.Constant(1), size), eps);
  }

  /** Normalises every token. */
  public Variable forward(Tape tape, Variable x) {
    return tape.rmsNorm(x, weight.variable(), eps);
  }
}
