package linnet.autograd;

import java.util.List;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * The output head and its loss in one: logits of a few rows exist at a time, and nothing of size T × V ever
 * does.
 */
public sealed interface Loss extends Op {
  /**
   * y(T)[t] = log softmax(h(T,D)[t] · w(V,D)ᵀ)[targets(T)[t]]: the log-probability of each target. Its
   * gradient takes a value per token, so that other losses build on it; the logits are made again in the
   * backward pass.
   */
  record LogProbs() implements Loss {
    private static final Signature SIGNATURE = Signature.of("h(T,D)", "any w(V,D)", "i32 targets(T)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).type("T");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().logProbs(ctx.output(), ctx.input(0), ctx.input(1), ctx.input(2));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at LogProbKernels
      var dh = ctx.gradient(0);
      var dw = ctx.needs(1) ? ctx.accumulator(1) : null;
      ctx.backend().logProbsBackward(dh, dw, ctx.dense(dy), ctx.input(0), ctx.input(1), ctx.input(2));
      return new Tensor[] {ctx.needs(0) ? dh : null, dw, null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /**
   * {@link LogProbs} of a head whose logits are capped, z becoming softCap · tanh(z / softCap), as Gemma 2's
   * are.
   *
   * @param softCap what logits stay below
   */
  record CappedLogProbs(double softCap) implements Loss {
    private static final Signature SIGNATURE = Signature.of("h(T,D)", "any w(V,D)", "i32 targets(T)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).type("T");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().logProbs(ctx.output(), ctx.input(0), ctx.input(1), null, softCap, ctx.input(2));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at LogProbKernels
      var dh = ctx.gradient(0);
      var dw = ctx.needs(1) ? ctx.accumulator(1) : null;
      ctx.backend().logProbsBackward(dh, dw, null, ctx.dense(dy), ctx.input(0), ctx.input(1), null, softCap,
          ctx.input(2));
      return new Tensor[] {ctx.needs(0) ? dh : null, dw, null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /** {@link LogProbs} of a head with a bias(V), as Phi's has. */
  record BiasedLogProbs() implements Loss {
    private static final Signature SIGNATURE =
        Signature.of("h(T,D)", "any w(V,D)", "bias(V)", "i32 targets(T)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).type("T");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().logProbs(ctx.output(), ctx.input(0), ctx.input(1), ctx.input(2),
          Double.POSITIVE_INFINITY, ctx.input(3));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at LogProbKernels
      var dh = ctx.gradient(0);
      var dw = ctx.needs(1) ? ctx.accumulator(1) : null;
      var dBias = ctx.needs(2) ? ctx.accumulator(2) : null;
      ctx.backend().logProbsBackward(dh, dw, dBias, ctx.dense(dy), ctx.input(0), ctx.input(1), ctx.input(2),
          Double.POSITIVE_INFINITY, ctx.input(3));
      return new Tensor[] {ctx.needs(0) ? dh : null, dw, dBias, null};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /**
   * loss = − Σ weights(T)[t] · log softmax(h(T,D)[t] · w(V,D)ᵀ)[targets(T)[t]], a scalar. The fast path of
   * {@link LogProbs}: the gradients are made in the same pass as the loss, kept, and scaled in the backward
   * pass. Weights are constants; a target whose weight is 0 must be a valid index all the same.
   */
  record CrossEntropy() implements Loss {
    private static final Signature SIGNATURE =
        Signature.of("h(T,D)", "any w(V,D)", "i32 targets(T)", "weights(T)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).type();
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var h = ctx.input(0);
      var w = ctx.input(1);
      boolean records = ctx.needs(0) || ctx.needs(1);
      var dh = records ? ctx.allocate(h.dtype(), h.shape()) : null;
      var dw = ctx.needs(1) ? ctx.allocate(h.dtype(), w.shape()) : null;
      if (dw != null) {
        ctx.backend().fill(dw, 0);
        ctx.save(dw);
      }
      if (ctx.needs(0)) {
        ctx.save(dh);
      }
      ctx.backend().crossEntropy(ctx.output().reshape(1), dh, dw, h, w, ctx.input(2), ctx.input(3));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // what forward kept, times dy
      var dw = ctx.needs(1) ? scaled(ctx, ctx.saved(0), dy) : null;
      var dh = ctx.needs(0) ? scaled(ctx, ctx.saved(ctx.needs(1) ? 1 : 0), dy) : null;
      return new Tensor[] {dh, dw, null, null};
    }

    private static Tensor scaled(BackwardContext ctx, Tensor gradient, Tensor dy) {
      var result = ctx.reuse(gradient);
      ctx.backend().binary(Binary.MUL, result, gradient, dy.expand(gradient.shape()));
      return result;
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }

    @Override
    public boolean differentiable(int input) {
      return input < 2;
    }
  }
}
