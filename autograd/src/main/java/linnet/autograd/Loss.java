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
   * y(T)[t] = log softmax(z(T,V)[t])[targets(T)[t]], the log-probability of each target, of the logits z =
   * h(T,D) · w(V,D)ᵀ; plus bias(V) if there is such a fourth input, as Phi has; and capped to softCap · tanh(z
   * / softCap), as Gemma 2 has them. Its gradient takes a value per token, so that other losses build on it;
   * the logits are made again in the backward pass.
   *
   * @param softCap what logits stay below; infinite where they are as they are
   */
  record LogProbs(double softCap) implements Loss {
    private static final Signature SIGNATURE = Signature.of("h(T,D)", "any w(V,D)", "i32 targets(T)");
    private static final Signature WITH_BIAS =
        Signature.of("h(T,D)", "any w(V,D)", "i32 targets(T)", "bias(V)");

    /** Of logits as they are. */
    public LogProbs() {
      this(Double.POSITIVE_INFINITY);
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return (inputs.size() == 4 ? WITH_BIAS : SIGNATURE).match(this, inputs).type("T");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      var bias = ctx.inputs() == 4 ? ctx.input(3) : null;
      ctx.backend().logProbs(ctx.output(), ctx.input(0), ctx.input(1), bias, softCap, ctx.input(2));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at LogProbKernels
      var bias = ctx.inputs() == 4 ? ctx.input(3) : null;
      var dh = ctx.gradient(0);
      var gradients = new Tensor[ctx.inputs()];
      gradients[0] = ctx.needs(0) ? dh : null;
      gradients[1] = ctx.needs(1) ? ctx.accumulator(1) : null;
      var dBias = bias != null && ctx.needs(3) ? ctx.accumulator(3) : null;
      if (bias != null) {
        gradients[3] = dBias;
      }
      ctx.backend().logProbsBackward(dh, gradients[1], dBias, ctx.dense(dy), ctx.input(0), ctx.input(1), bias,
          softCap, ctx.input(2));
      return gradients;
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
