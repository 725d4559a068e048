package linnet.nn;

import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Shape;

/**
 * A projection with a low-rank adapter (Hu et al., "LoRA", 2021): y = base(x) + scale · dropout(x)·Aᵀ·Bᵀ.
 *
 * @param base what is adapted; its keys are those of the place
 * @param loraA A(R,K)
 * @param loraB B(N,R)
 * @param scale alpha / R, or alpha / √R with rank-stabilised scaling
 * @param dropout the probability that an input of A is dropped while training, in [0, 1)
 */
public record LoraLinear(@Key("") Linear base, @Key("lora_A.weight") Param loraA,
    @Key("lora_B.weight") Param loraB, double scale, double dropout) implements Projection {
  /**
   * Checks the shapes.
   *
   * @throws IllegalArgumentException if A and B do not fit the base
   */
  public LoraLinear {
    int rank = loraA.shape().size(0);
    if (!loraA.shape().equals(Shape.of(rank, base.inFeatures()))
        || !loraB.shape().equals(Shape.of(base.outFeatures(), rank))) {
      throw new IllegalArgumentException("adapter A" + loraA.shape() + " and B" + loraB.shape()
          + " do not fit a weight of shape " + base.weight().shape() + ": expected A(R, "
          + base.inFeatures() + ") and B(" + base.outFeatures() + ", R)");
    }
  }

  /** R. */
  public int rank() {
    return loraA.shape().size(0);
  }

  @Override
  public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
    var w = base.outIn(tape);
    var a = loraA.variable();
    var b = loraB.variable();
    var y = dropout > 0 && keys.active()
        ? tape.loraLinear(x, w, a, b, scale, dropout, keys.at(loraA.name()))
        : tape.loraLinear(x, w, a, b, scale);
    return base.withBias(tape, y);
  }
}
