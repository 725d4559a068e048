package linnet.nn;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * What turns features into logits: z(T,V) = h(T,D) · w(V,D)ᵀ [+ bias(V)], capped to softCap · tanh(z /
 * softCap) where the family caps them. Not a {@link Projection}: losses take its weight as it is, so that
 * logits of all tokens never exist, also where an adapter updates it.
 *
 * @param weight (V,D); the embedding's own object where the head is tied
 * @param bias (V)
 * @param softCap what logits stay below; infinite where they are as they are
 * @param adapter a low-rank update of the weight
 */
public record OutputHead(Param weight, Optional<Param> bias, double softCap,
    @Key("") Optional<LowRank> adapter) implements Module {
  /**
   * Checks the shapes.
   *
   * @throws IllegalArgumentException if the adapter does not fit the weight
   */
  public OutputHead {
    adapter.ifPresent(lora -> lora.requireFits(weight.shape().size(0), weight.shape().size(1)));
  }

  /** A head without an adapter. */
  public OutputHead(Param weight, Optional<Param> bias, double softCap) {
    this(weight, bias, softCap, Optional.empty());
  }

  /** A head that is a product alone. */
  public OutputHead(Param weight) {
    this(weight, Optional.empty(), Double.POSITIVE_INFINITY);
  }

  /** The logits (T,V) of features (T,D); nothing is dropped. */
  public Variable logits(Tape tape, Variable hidden) {
    var product = adapter
        .map(lora -> lora.apply(tape, hidden, weight, WeightLayout.OUT_IN, ForwardKeys.none()))
        .orElseGet(() -> tape.linear(hidden, weight.variable()));
    var logits = bias.map(b -> tape.add(product, b.variable())).orElse(product);
    return Double.isFinite(softCap)
        ? tape.scale(tape.tanh(tape.scale(logits, 1 / softCap)), softCap)
        : logits;
  }

  /** The log-probability (T) of a target for each row of features (T,D); logits of few rows exist at once. */
  public Variable logProbs(Tape tape, Variable hidden, Variable targets) {
    return logProbs(tape, hidden, targets, ForwardKeys.none());
  }

  /**
   * The same while training.
   *
   * @param keys of the rows, what an adapter's dropout draws from
   */
  public Variable logProbs(Tape tape, Variable hidden, Variable targets, ForwardKeys keys) {
    return adapter.map(lora -> lora.logProbs(tape, hidden, this, targets, keys))
        .orElseGet(() -> tape.logProbs(hidden, weight.variable(), targets,
            bias.map(Param::variable).orElse(null), softCap));
  }

  /** − Σ weights(T) · log-probability of the targets: one element. */
  public Variable crossEntropy(Tape tape, Variable hidden, Variable targets, Variable weights) {
    return crossEntropy(tape, hidden, targets, weights, ForwardKeys.none());
  }

  /**
   * The same while training.
   *
   * @param keys of the rows, what an adapter's dropout draws from
   */
  public Variable crossEntropy(Tape tape, Variable hidden, Variable targets, Variable weights,
      ForwardKeys keys) {
    if (adapter.isEmpty() && bias.isEmpty() && !Double.isFinite(softCap)) {
      return tape.crossEntropy(hidden, weight.variable(), targets, weights);
    }
    return tape.neg(tape.sum(tape.mul(logProbs(tape, hidden, targets, keys), weights)));
  }
}
