package linnet.autograd;

import java.util.List;
import linnet.tensor.Tensor;

/** Normalisation of rows. */
public sealed interface Norm extends Op {
  /**
   * y(…,D) = x(…,D) · rsqrt(mean(x²) + eps) · w(D), the mean over the last dimension (Zhang and Sennrich,
   * "Root Mean Square Layer Normalization", 2019).
   *
   * @param eps keeps the root away from zero
   */
  record RmsNorm(double eps) implements Norm {
    private static final Signature SIGNATURE = Signature.of("x(…,D)", "w(D)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().rmsNorm(Norm.rows(ctx.output()), Norm.rows(ctx.dense(ctx.input(0))), ctx.input(1), eps);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at NormKernels
      var x = Norm.rows(ctx.dense(ctx.input(0)));
      var dRows = Norm.rows(ctx.dense(dy));
      Tensor dx = null;
      Tensor dw = null;
      if (ctx.needs(1)) {
        dw = ctx.gradient(1);
        ctx.backend().rmsNormBackwardWeight(dw, x, dRows, eps);
      }
      if (ctx.needs(0)) {
        dx = ctx.reuse(dy);
        ctx.backend().rmsNormBackwardInput(Norm.rows(dx), x, ctx.input(1), dRows, eps);
      }
      return new Tensor[] {dx, dw};
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

  /**
   * y(…,D) = (x(…,D) − mean(x)) · rsqrt(var(x) + eps) · w(D) + b(D), mean and variance over the last
   * dimension (Ba et al., "Layer Normalization", 2016).
   *
   * @param eps keeps the root away from zero
   */
  record LayerNorm(double eps) implements Norm {
    private static final Signature SIGNATURE = Signature.of("x(…,D)", "w(D)", "b(D)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().layerNorm(Norm.rows(ctx.output()), Norm.rows(ctx.dense(ctx.input(0))), ctx.input(1),
          ctx.input(2), eps);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at NormKernels
      var x = Norm.rows(ctx.dense(ctx.input(0)));
      var dRows = Norm.rows(ctx.dense(dy));
      var gradients = new Tensor[3];
      if (ctx.needs(1)) {
        gradients[1] = ctx.gradient(1);
        ctx.backend().layerNormBackwardWeight(gradients[1], x, dRows, eps);
      }
      if (ctx.needs(2)) {
        gradients[2] = ctx.sumToInput(2, dy);
      }
      if (ctx.needs(0)) {
        gradients[0] = ctx.gradient(0);
        ctx.backend().layerNormBackwardInput(Norm.rows(gradients[0]), x, ctx.input(1), dRows, eps);
      }
      return gradients;
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

  private static Tensor rows(Tensor x) {
    int width = x.size(-1);
    return x.reshape(width == 0 ? 0 : Math.toIntExact(x.elements() / width), width);
  }
}
