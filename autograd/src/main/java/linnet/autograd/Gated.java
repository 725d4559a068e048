package linnet.autograd;

import java.util.List;
import linnet.tensor.Tensor;

/** Activations of which one operand is the gate of another. */
public sealed interface Gated extends Op {
  /** y(T,D) = silu(gate(T,D)) · up(T,D), where silu(g) = g · sigmoid(g) (Shazeer, "GLU Variants", 2020). */
  record SwiGlu() implements Gated {
    private static final Signature SIGNATURE = Signature.of("gate(T,D)", "up(T,D)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().swiGlu(ctx.output(), ctx.input(0), ctx.input(1));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at GatedKernels
      var dGate = ctx.reuse(ctx.input(0));
      var dUp = ctx.reuse(dy);
      ctx.backend().swiGluBackward(dGate, dUp, ctx.input(0), ctx.input(1), dy);
      return new Tensor[] {ctx.needs(0) ? dGate : null, ctx.needs(1) ? dUp : null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean cheap() {
      return true;
    }
  }
}
