package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * Layer normalisation: y(…,D) = (x − mean(x)) · rsqrt(var(x) + eps) · w + b.
 *
 * @param weight (D)
 * @param bias (D)
 * @param eps what keeps the root from zero
 */
public record LayerNorm(Param weight, Param bias, double eps) implements Norm {
  /** A norm over {@code size} features, to be loaded or initialised to ones and zeros. */
  public static LayerNorm declare(int size, double eps) {
    return new LayerNorm(new DeclaredParam(new Initializer.Constant(1), size),
        new DeclaredParam(new Initializer.Constant(0), size), eps);
  }

  @Override
  public Variable forward(Tape tape, Variable x) {
    return tape.layerNorm(x, weight.variable(), bias.variable(), eps);
  }
}
