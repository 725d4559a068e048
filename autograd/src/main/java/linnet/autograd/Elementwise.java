package linnet.autograd;

import java.util.List;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.Tensor;

/** One operand, element by element: y(…) = f(x(…)). */
public sealed interface Elementwise extends Op {
  /** What every op of the family takes. */
  Signature SIGNATURE = Signature.of("x(…)");

  @Override
  default TensorType infer(List<TensorType> inputs) {
    return SIGNATURE.match(this, inputs).typeOf(0);
  }

  /** An op that is one function of the backend. */
  sealed interface Function extends Elementwise {
    /** What the backend is asked for. */
    Unary function();

    @Override
    default Tensor forward(ForwardContext ctx) {
      ctx.backend().unary(function(), ctx.output(), ctx.input(0));
      return ctx.output();
    }
  }

  /** y = −x. */
  record Neg() implements Function {
    @Override
    public Unary function() {
      return Unary.NEG;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = −dy
      var dx = ctx.reuse(dy);
      ctx.backend().unary(Unary.NEG, dx, dy);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  /** y = eˣ. */
  record Exp() implements Function {
    @Override
    public Unary function() {
      return Unary.EXP;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · y
      var dx = ctx.reuse(dy);
      ctx.backend().binary(Binary.MUL, dx, dy, ctx.output());
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  /** y = ln x. */
  record Log() implements Function {
    @Override
    public Unary function() {
      return Unary.LOG;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy / x
      var dx = ctx.reuse(dy);
      ctx.backend().binary(Binary.DIV, dx, dy, ctx.input(0));
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /** y = √x. */
  record Sqrt() implements Function {
    @Override
    public Unary function() {
      return Unary.SQRT;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy / 2y
      var dx = ctx.reuse(dy);
      ctx.backend().binary(Binary.DIV, dx, dy, ctx.output());
      ctx.backend().affine(dx, dx, 0.5, 0);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  /** y = x². */
  record Square() implements Function {
    @Override
    public Unary function() {
      return Unary.SQUARE;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = 2x · dy
      var dx = ctx.reuse(dy);
      ctx.backend().binary(Binary.MUL, dx, dy, ctx.input(0));
      ctx.backend().affine(dx, dx, 2, 0);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /** y = tanh x. */
  record Tanh() implements Function {
    @Override
    public Unary function() {
      return Unary.TANH;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · (1 − y²)
      var dx = ctx.gradient(0);
      ctx.backend().unary(Unary.SQUARE, dx, ctx.output());
      ctx.backend().affine(dx, dx, -1, 1);
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  /** y = 1 / (1 + e⁻ˣ). */
  record Sigmoid() implements Function {
    @Override
    public Unary function() {
      return Unary.SIGMOID;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · y · (1 − y)
      var dx = ctx.gradient(0);
      ctx.backend().affine(dx, ctx.output(), -1, 1);
      ctx.backend().binary(Binary.MUL, dx, dx, ctx.output());
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  /** y = max(x, 0); the gradient at 0 is 0. */
  record Relu() implements Function {
    @Override
    public Unary function() {
      return Unary.RELU;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · sign y
      var dx = ctx.gradient(0);
      ctx.backend().unary(Unary.SIGN, dx, ctx.output());
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.OUTPUT;
    }
  }

  /** y = erf x, the Gauss error function. */
  record Erf() implements Function {
    @Override
    public Unary function() {
      return Unary.ERF;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · 2/√π · exp(−x²)
      var dx = ctx.gradient(0);
      ctx.backend().unary(Unary.SQUARE, dx, ctx.input(0));
      ctx.backend().unary(Unary.NEG, dx, dx);
      ctx.backend().unary(Unary.EXP, dx, dx);
      ctx.backend().affine(dx, dx, 2 / Math.sqrt(Math.PI), 0);
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /** y = x · Φ(x), Φ the normal distribution's share below x. */
  record Gelu() implements Elementwise {
    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().gelu(ctx.output(), ctx.input(0));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at ActivationKernels
      var dx = ctx.reuse(dy);
      ctx.backend().geluBackward(dx, ctx.input(0), dy);
      return new Tensor[] {dx};
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

  /** y = x · Φ(x) in the form of tanh that most models were trained with. */
  record GeluTanh() implements Elementwise {
    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().geluTanh(ctx.output(), ctx.input(0));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // the formulas stand at ActivationKernels
      var dx = ctx.reuse(dy);
      ctx.backend().geluTanhBackward(dx, ctx.input(0), dy);
      return new Tensor[] {dx};
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
   * y = x · scale + shift.
   *
   * @param scale the factor
   * @param shift the summand
   */
  record Affine(double scale, double shift) implements Elementwise {
    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().affine(ctx.output(), ctx.input(0), scale, shift);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · scale
      var dx = ctx.reuse(dy);
      ctx.backend().affine(dx, dy, scale, 0);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  /**
   * Inverted dropout: y(T,D) = x(T,D) · mask / (1 − p), see {@link linnet.tensor.ElementwiseKernels#dropout}.
   * The mask is drawn again in the backward pass, not kept.
   *
   * @param p the probability to drop an element, in [0, 1)
   * @param rowKeys T random keys, one per row
   */
  record Dropout(double p, long[] rowKeys) implements Elementwise {
    private static final Signature SIGNATURE = Signature.of("x(T,D)");

    /** Copies the keys. */
    public Dropout {
      rowKeys = rowKeys.clone();
    }

    @Override
    public TensorType infer(List<TensorType> inputs) {
      var sizes = SIGNATURE.match(this, inputs);
      requireMask(this, p, rowKeys, sizes.of("T"));
      return sizes.typeOf(0);
    }

    /** Checks probability and keys, for every op that drops. */
    static void requireMask(Op op, double p, long[] rowKeys, int rows) {
      if (!(p >= 0 && p < 1)) {
        throw new IllegalArgumentException(op.name() + ": dropout probability " + p + " is not in [0, 1)");
      }
      if (rowKeys.length != rows) {
        throw new IllegalArgumentException(
            op.name() + ": " + rowKeys.length + " row keys for " + rows + " rows (T) of x(T,D)");
      }
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().dropout(ctx.output(), ctx.input(0), p, rowKeys);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = dy · mask / (1 − p)
      var dx = ctx.reuse(dy);
      ctx.backend().dropout(dx, dy, p, rowKeys);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }
}
