package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;

/** Normalisation of features. */
public sealed interface Norm extends Module permits RmsNorm, LayerNorm {
  /** The factors, (D). */
  Param weight();

  /**
   * Normalises the last dimension.
   *
   * @param x (…,D)
   * @return (…,D)
   */
  Variable forward(Tape tape, Variable x);
}
