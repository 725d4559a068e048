package linnet.nn;

import java.util.Optional;
import linnet.autograd.Tape;
import linnet.autograd.Variable;

/**
 * A projection with a low-rank adapter: y = x · adapted(W)ᵀ + bias.
 *
 * @param base what is adapted; its keys are those of the place
 * @param adapter the adapter
 */
public record LoraLinear(@Key("") Linear base, @Key("") LowRank adapter) implements Projection {
  /**
   * Checks the shapes.
   *
   * @throws IllegalArgumentException if A and B do not fit the base
   */
  public LoraLinear {
    adapter.requireFits(base.outFeatures(), base.inFeatures());
  }

  /** An adapter without magnitudes. */
  public LoraLinear(Linear base, Param loraA, Param loraB, double scale, double dropout) {
    this(base, new LowRank(loraA, loraB, Optional.empty(), scale, dropout));
  }

  /** A(R,K). */
  public Param loraA() {
    return adapter.loraA();
  }

  /** B(N,R). */
  public Param loraB() {
    return adapter.loraB();
  }

  /** What the update is multiplied by. */
  public double scale() {
    return adapter.scale();
  }

  /** R. */
  public int rank() {
    return adapter.rank();
  }

  @Override
  public Variable forward(Tape tape, Variable x, ForwardKeys keys) {
    return base.withBias(tape, adapter.apply(tape, x, base.weight(), base.layout(), keys));
  }
}
