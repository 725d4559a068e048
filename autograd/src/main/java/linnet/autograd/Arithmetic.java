package linnet.autograd;

import java.util.List;
import java.util.function.IntPredicate;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * Two operands, element by element; shapes broadcast (aligned at the last dimension, equal sizes or 1). The
 * gradient of an operand that was repeated is summed over its repetitions.
 */
public sealed interface Arithmetic extends Op {
  /** What every op of the family takes. */
  Signature SIGNATURE = Signature.of("a(…)", "b(…)");

  /** What the backend is asked for. */
  Binary function();

  @Override
  default TensorType infer(List<TensorType> inputs) {
    var a = SIGNATURE.match(this, inputs).typeOf(0);
    try {
      return new TensorType(a.dtype(), Shape.broadcast(a.shape(), inputs.get(1).shape()));
    } catch (IllegalArgumentException _) {
      throw SIGNATURE.refusal(this, inputs, "the shapes do not broadcast");
    }
  }

  @Override
  default Tensor forward(ForwardContext ctx) {
    var y = ctx.output();
    ctx.backend().binary(function(), y, ctx.input(0).expand(y.shape()), ctx.input(1).expand(y.shape()));
    return y;
  }

  /** y = a + b. */
  record Add() implements Arithmetic {
    @Override
    public Binary function() {
      return Binary.ADD;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      return new Tensor[] {
          ctx.needs(0) ? ctx.sumToInput(0, dy) : null,
          ctx.needs(1) ? ctx.sumToInput(1, dy) : null};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  /** y = a − b. */
  record Sub() implements Arithmetic {
    @Override
    public Binary function() {
      return Binary.SUB;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // da = dy, db = −dy
      Tensor db = null;
      if (ctx.needs(1)) {
        var sum = ctx.sumToInput(1, dy);
        db = ctx.needs(0) ? ctx.gradient(1) : ctx.reuse(sum);
        ctx.backend().unary(Unary.NEG, db, sum);
      }
      return new Tensor[] {ctx.needs(0) ? ctx.sumToInput(0, dy) : null, db};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  /** y = a · b. */
  record Mul() implements Arithmetic {
    @Override
    public Binary function() {
      return Binary.MUL;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // da = dy · b, db = dy · a
      Tensor da = null;
      Tensor db = null;
      if (ctx.needs(0)) {
        var product = ctx.needs(1) ? ctx.allocate(dy.dtype(), dy.shape()) : ctx.reuse(dy);
        ctx.backend().binary(Binary.MUL, product, dy, ctx.input(1).expand(dy.shape()));
        da = ctx.sumToInput(0, product);
      }
      if (ctx.needs(1)) {
        var product = ctx.reuse(dy);
        ctx.backend().binary(Binary.MUL, product, dy, ctx.input(0).expand(dy.shape()));
        db = ctx.sumToInput(1, product);
      }
      return new Tensor[] {da, db};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return needs.test(1 - input);
    }
  }

  /** y = a / b. */
  record Div() implements Arithmetic {
    @Override
    public Binary function() {
      return Binary.DIV;
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // da = dy / b, db = −da · a / b
      var b = ctx.input(1).expand(dy.shape());
      var quotient = ctx.reuse(dy);
      ctx.backend().binary(Binary.DIV, quotient, dy, b);
      Tensor db = null;
      if (ctx.needs(1)) {
        var product = ctx.needs(0) ? ctx.allocate(dy.dtype(), dy.shape()) : quotient;
        ctx.backend().binary(Binary.MUL, product, quotient, ctx.input(0).expand(dy.shape()));
        ctx.backend().binary(Binary.DIV, product, product, b);
        ctx.backend().unary(Unary.NEG, product, product);
        db = ctx.sumToInput(1, product);
      }
      return new Tensor[] {ctx.needs(0) ? ctx.sumToInput(0, quotient) : null, db};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }

    @Override
    public boolean reads(int input, IntPredicate needs) {
      return input == 1 || needs.test(1);
    }
  }
}
