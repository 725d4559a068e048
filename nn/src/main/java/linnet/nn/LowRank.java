package linnet.nn;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Optional;
import linnet.autograd.AdaptedHead;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Tensor;

/**
 * The low-rank adapter of a linear map of weight W(N,K): W + scale·B·A (Hu et al., "LoRA", 2021). With
 * magnitudes m it is m ∘ (W + scale·B·A) / ‖W + scale·B·A‖, row by row (Liu et al., "DoRA", 2024); no
 * gradient flows through the norms, as PEFT has it.
 *
 * @param loraA A(R,K)
 * @param loraB B(N,R)
 * @param magnitude m(N), of DoRA
 * @param scale alpha / R, or alpha / √R with rank-stabilised scaling
 * @param dropout the probability that an input of the adapter is dropped while training, in [0, 1)
 * @param settled m / ‖W + scale·B·A‖, where nothing of it changes any more; else it is computed whenever it is used
 */
public record LowRank(@Key("lora_A.weight") Param loraA, @Key("lora_B.weight") Param loraB,
    @Key("lora_magnitude_vector") Optional<Param> magnitude, double scale, double dropout,
    Optional<Param> settled) implements Module {
  /** An adapter that may change. */
  public LowRank(Param loraA, Param loraB, Optional<Param> magnitude, double scale, double dropout) {
    this(loraA, loraB, magnitude, scale, dropout, Optional.empty());
  }

  /**
   * Checks that it fits a weight.
   *
   * @param outFeatures N
   * @param inFeatures K
   * @throws IllegalArgumentException if it does not
   */
  void requireFits(int outFeatures, int inFeatures) {
    int rank = rank();
    if (loraA.shape().rank() != 2 || loraB.shape().rank() != 2 || loraA.shape().size(1) != inFeatures
        || loraB.shape().size(0) != outFeatures || loraB.shape().size(1) != rank
        || magnitude.filter(m -> m.shape().rank() != 1 || m.shape().size(0) != outFeatures).isPresent()) {
      throw new IllegalArgumentException("adapter A" + loraA.shape() + " and B" + loraB.shape()
          + magnitude.map(m -> " with magnitudes" + m.shape()).orElse("")
          + " do not fit a weight of shape (" + outFeatures + ", " + inFeatures + "): expected A(R, "
          + inFeatures + ") and B(" + outFeatures + ", R)");
    }
  }

  /** R. */
  public int rank() {
    return loraA.shape().size(0);
  }

  /** x(T,K) times the adapted weight: (T,N). */
  Variable apply(Tape tape, Variable x, Param weight, WeightLayout layout, ForwardKeys keys) {
    var w = layout.outIn(tape, weight.variable());
    var a = loraA.variable();
    var b = loraB.variable();
    if (magnitude.isEmpty()) {
      return drops(keys) ? tape.loraLinear(x, w, a, b, scale, dropout, keys.at(loraA.name()))
          : tape.loraLinear(x, w, a, b, scale);
    }
    var factor = factor(tape, weight.value(), layout);
    if (!drops(keys)) {
      return tape.mul(tape.loraLinear(x, w, a, b, scale), factor);
    }
    // PEFT: x·Wᵀ + (factor − 1) · d·Wᵀ + factor · scale · d·Aᵀ·Bᵀ, where d is x with dropout
    var dropped = dropped(tape, x, keys);
    return tape.add(tape.linear(tape.sub(x, dropped), w),
        tape.mul(tape.loraLinear(dropped, w, a, b, scale), factor));
  }

  /** The log-probability (T) of a target for each row of x(T,K) under the adapted head. */
  Variable logProbs(Tape tape, Variable x, OutputHead head, Variable targets, ForwardKeys keys) {
    var dropped = drops(keys) ? dropped(tape, x, keys) : x;
    var u = tape.scale(tape.linear(dropped, loraA.variable()), scale);
    var parts = EnumSet.noneOf(AdaptedHead.Part.class);
    var operands = new ArrayList<Variable>();
    boolean scaled = magnitude.isPresent();
    operands.add(scaled ? dropped : x);
    operands.add(head.weight().variable());
    operands.add(targets);
    operands.add(u);
    operands.add(loraB.variable());
    if (scaled) {
      parts.add(AdaptedHead.Part.FACTOR);
      operands.add(factor(tape, head.weight().value(), WeightLayout.OUT_IN));
    }
    head.bias().ifPresent(bias -> {
      parts.add(AdaptedHead.Part.BIAS);
      operands.add(bias.variable());
    });
    if (scaled && dropped != x) {
      parts.add(AdaptedHead.Part.REST);
      operands.add(tape.sub(x, dropped));
    }
    return tape.apply(new AdaptedHead.AdaptedLogProbs(head.softCap(), parts),
        operands.toArray(Variable[]::new));
  }

  private boolean drops(ForwardKeys keys) {
    return dropout > 0 && keys.active();
  }

  private Variable dropped(Tape tape, Variable x, ForwardKeys keys) {
    return tape.dropout(x, dropout, keys.at(loraA.name()));
  }

  /**
   * The same adapter for as long as it and the weight stay as they are: what magnitudes multiply by is computed
   * now, and not for each token.
   *
   * @param tape whose scope holds it
   */
  public LowRank settled(Tape tape, Param weight, WeightLayout layout) {
    return magnitude.isEmpty() ? this : new LowRank(loraA, loraB, magnitude, scale, dropout,
        Optional.of(new FrozenParam("settled", factor(tape, weight.value(), layout).value())));
  }

  /** m / ‖W + scale·B·A‖. */
  private Variable factor(Tape tape, Tensor weight, WeightLayout layout) {
    if (settled.isPresent()) {
      return settled.get().variable();
    }
    var m = magnitude.orElseThrow().variable();
    var norms = tape.scope().allocate(m.value().dtype(), m.shape());
    norms(norms, weight, layout);
    return tape.div(m, Variable.constant(norms));
  }

  /**
   * ‖W + scale·B·A‖, row by row: (N).
   *
   * @param weight as it is stored
   */
  public void norms(Tensor norms, Tensor weight, WeightLayout layout) {
    var a = loraA.value();
    var b = loraB.value();
    var w = layout == WeightLayout.OUT_IN ? weight : weight.transpose();
    if (w.stride(1) == 1) { // its rows lie together, as those of quantised weights always do
      norms.backend().updatedNorms(norms, w, b, a, scale, 1);
    } else {
      norms.backend().updatedNorms(norms, w.transpose(), a.transpose(), b.transpose(), scale, 0);
    }
  }
}
