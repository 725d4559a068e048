package linnet.autograd;

import java.util.List;
import java.util.function.IntPredicate;
import linnet.tensor.Tensor;

/** Positions as rotations. */
public sealed interface Rotary extends Op {
  /**
   * Rotary position embedding (Su et al., "RoFormer", 2021) in the half-split layout: y(T,H,D) is x(T,H,D)
   * with features i and i + R of each head turned by the angle whose cosine and sine are cos(T,R)[t,i] and
   * sin(T,R)[t,i]; features from 2R on pass through. The angles are constants.
   */
  record Rope() implements Rotary {
    private static final Signature SIGNATURE = Signature.of("x(T,H,D)", "cos(T,R)", "sin(T,R)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var sizes = SIGNATURE.match(this, inputs);
      if (2 * sizes.of("R") > sizes.of("D")) {
        throw SIGNATURE.refusal(this, inputs, "2·R rotated features are more than D");
      }
      return sizes.typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().rope(ctx.output(), ctx.input(0), ctx.input(1), ctx.input(2));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx is dy turned back
      var dx = ctx.reuse(dy);
      ctx.backend().ropeBackward(dx, dy, ctx.input(1), ctx.input(2));
      return new Tensor[] {dx, null, null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return input > 0;
    }

    @Override
    public boolean differentiable(int input) {
      return input == 0;
    }
  }
}
