package linnet.autograd;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import linnet.tensor.AdaptedHeadKernels;
import linnet.tensor.Tensor;

/** The output head with a low-rank update of its weight, and its loss in one, as {@link Loss} is without. */
public sealed interface AdaptedHead extends Op {
  /** An operand that a head may have or not; they come in this order behind those that every head has. */
  enum Part {
    /** factor(V): what the products of h and u are multiplied by, as DoRA's magnitudes do. */
    FACTOR,
    /** bias(V). */
    BIAS,
    /** rest(T,D): further features, which reach the logits by w alone. */
    REST
  }

  /**
   * y(T)[t] = log softmax(z(T,V)[t])[targets(T)[t]] of the logits z = (h(T,D)·w(V,D)ᵀ + u(T,R)·b(V,R)ᵀ) ∘
   * factor(V) + rest(T,D)·wᵀ + bias(V), capped to softCap · tanh(z / softCap). Logits of few rows exist at
   * once and are made again in the backward pass; w is never copied.
   *
   * @param softCap what logits stay below; infinite where they are as they are
   * @param parts the operands beside h, w, targets, u and b
   */
  record AdaptedLogProbs(double softCap, Set<Part> parts) implements AdaptedHead {
    private static final int FIXED = 5;

    /** Copies the set, in order. */
    public AdaptedLogProbs {
      var copy = EnumSet.noneOf(Part.class);
      copy.addAll(parts);
      parts = copy;
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var operands = new ArrayList<>(List.of("h(T,D)", "any w(V,D)", "i32 targets(T)", "u(T,R)", "b(V,R)"));
      for (var part : parts) {
        operands.add(switch (part) {
          case FACTOR -> "factor(V)";
          case BIAS -> "bias(V)";
          case REST -> "rest(T,D)";
        });
      }
      return Signature.of(operands.toArray(String[]::new)).match(this, inputs).type("T");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var operands = new ArrayList<Tensor>();
      for (int i = 0; i < ctx.inputs(); i++) {
        operands.add(ctx.input(i));
      }
      ctx.backend().adaptedLogProbs(ctx.output(), inputs(operands), head(operands), operands.get(2));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at AdaptedHeadKernels
      var operands = new ArrayList<Tensor>();
      var gradients = new ArrayList<Tensor>();
      for (int i = 0; i < ctx.inputs(); i++) {
        operands.add(ctx.input(i));
        boolean ofTokens = i == 0 || i == 3 || i == index(Part.REST);
        gradients.add(i == 2 ? null
            : ofTokens ? ctx.gradient(i) : ctx.needs(i) ? ctx.accumulator(i) : null);
      }
      ctx.backend().adaptedLogProbsBackward(inputs(gradients),
          new AdaptedHeadKernels.AdaptedHeadGradients(gradients.get(1), gradients.get(4),
              at(gradients, Part.FACTOR), at(gradients, Part.BIAS)),
          ctx.dense(dy), inputs(operands), head(operands), operands.get(2));
      for (int i = 0; i < ctx.inputs(); i++) {
        if (!ctx.needs(i)) {
          gradients.set(i, null);
        }
      }
      return gradients.toArray(Tensor[]::new);
    }

    private AdaptedHeadKernels.HeadInputs inputs(List<Tensor> operands) {
      return new AdaptedHeadKernels.HeadInputs(operands.get(0), operands.get(3), at(operands, Part.REST));
    }

    private AdaptedHeadKernels.AdaptedHead head(List<Tensor> operands) {
      return new AdaptedHeadKernels.AdaptedHead(operands.get(1), operands.get(4), at(operands, Part.FACTOR),
          at(operands, Part.BIAS), softCap);
    }

    private Tensor at(List<Tensor> operands, Part part) {
      return parts.contains(part) ? operands.get(index(part)) : null;
    }

    /** Where a part stands among the inputs, or −1. */
    private int index(Part part) {
      return parts.contains(part)
          ? FIXED + (int) parts.stream().filter(other -> other.compareTo(part) < 0).count() : -1;
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }
}
