package linnet.autograd;

/**
 * The door for ops of your own. Write a record, check it with {@link GradientCheck}, run it with {@link
 * Tape#apply}:
 *
 * {@snippet :
 * record Cube() implements CustomOp {
 *   private static final Signature SIGNATURE = Signature.of("x(…)");
 *
 *   public TensorType infer(List<TensorType> inputs) {
 *     return SIGNATURE.match(this, inputs).typeOf(0);
 *   }
 *
 *   public Tensor forward(ForwardContext ctx) {                   // y = x³
 *     var x = ctx.input(0);
 *     ctx.backend().unary(Unary.SQUARE, ctx.output(), x);
 *     ctx.backend().binary(Binary.MUL, ctx.output(), ctx.output(), x);
 *     return ctx.output();
 *   }
 *
 *   public Tensor[] vjp(BackwardContext ctx, Tensor dy) {         // dx = 3x² · dy
 *     var dx = ctx.gradient(0);
 *     ctx.backend().unary(Unary.SQUARE, dx, ctx.input(0));
 *     ctx.backend().binary(Binary.MUL, dx, dx, dy);
 *     ctx.backend().affine(dx, dx, 3, 0);
 *     return new Tensor[] {dx};
 *   }
 *
 *   public Saves saves() {
 *     return Saves.INPUTS;
 *   }
 * }
 * }
 */
public non-sealed interface CustomOp extends Op {}
