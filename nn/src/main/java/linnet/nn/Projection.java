package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;

/** A linear map of features: y(T,N) = x(T,K) · w(N,K)ᵀ [+ bias(N)], perhaps with an adapter beside it. */
public sealed interface Projection extends Module permits Linear, LoraLinear {
  /**
   * Applies the map to every token.
   *
   * @param x (T,K)
   * @param keys what dropout draws from
   * @return (T,N)
   */
  Variable forward(Tape tape, Variable x, ForwardKeys keys);

  /** The map without an adapter. */
  Linear base();

  /** K. */
  default int inFeatures() {
    return base().layout().inFeatures(base().weight().shape());
  }

  /** N. */
  default int outFeatures() {
    return base().layout().outFeatures(base().weight().shape());
  }
}
