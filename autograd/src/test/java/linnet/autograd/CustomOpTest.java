package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BiFunction;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a user's op may do, and what it is told when it does something else. */
class CustomOpTest {
  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");
  private final Variable p = Variable.parameter("p", training.zeros(DType.F64, 2, 3));
  private final Variable frozen = Variable.constant(training.zeros(DType.F64, 2, 3));

  @AfterEach
  void close() {
    step.close();
    training.close();
    backend.close();
  }

  /** The example in the Javadoc of {@link CustomOp}. */
  record Cube() implements CustomOp {
    private static final Signature SIGNATURE = Signature.of("x(…)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) { // y = x³
      var x = ctx.input(0);
      ctx.backend().unary(Unary.SQUARE, ctx.output(), x);
      ctx.backend().binary(Binary.MUL, ctx.output(), ctx.output(), x);
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = 3x² · dy
      var dx = ctx.gradient(0);
      ctx.backend().unary(Unary.SQUARE, dx, ctx.input(0));
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      ctx.backend().affine(dx, dx, 3, 0);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  /** The sum of two inputs of equal shape, with a gradient of the test's choice. */
  record Faulty(BiFunction<BackwardContext, Tensor, Tensor[]> gradient) implements CustomOp {
    private static final Signature SIGNATURE = Signature.of("a(M,N)", "b(M,N)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).type("M", "N");
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().binary(Binary.ADD, ctx.output(), ctx.input(0), ctx.input(1));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      return gradient.apply(ctx, dy);
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  /** Computes another shape than it promised. */
  record WrongResult(boolean missing) implements CustomOp {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      return inputs.get(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      return missing ? null : ctx.input(0).transpose();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      return new Tensor[] {dy};
    }

    @Override
    public Saves saves() {
      return Saves.NONE;
    }
  }

  @Test
  void aUsersOpPassesTheGradientCheck() {
    GradientCheck.standard().check(new Cube(), new Draw(1, training, DType.F64).tensor(3, 4));
  }

  @Test
  void aWrongNumberOfGradientsIsNamed() {
    assertFails("faulty in block layers.3: vjp returned 1 gradients for 2 inputs",
        (ctx, dy) -> new Tensor[] {dy});
  }

  @Test
  void aWrongShapeIsNamed() {
    assertFails("faulty in block layers.3: vjp returned F64(3, 2) for input 0, expected F64(2, 3)",
        (ctx, dy) -> new Tensor[] {dy.transpose(), null});
  }

  @Test
  void aWrongTypeIsNamed() {
    assertFails("faulty in block layers.3: vjp returned F32(2, 3) for input 0, expected F64(2, 3)",
        (ctx, dy) -> new Tensor[] {ctx.allocate(DType.F32, dy.shape()), null});
  }

  @Test
  void aMissingGradientIsNamed() {
    assertFails("faulty in block layers.3: vjp returned no gradient for input 0, which needs one",
        (ctx, dy) -> new Tensor[] {null, null});
  }

  @Test
  void aGradientForAFrozenInputIsRefused() {
    assertFails("faulty in block layers.3: vjp returned a gradient for input 1, which is frozen: ask"
        + " ctx.needs(1) first, and return null", (ctx, dy) -> new Tensor[] {dy, dy});
  }

  @Test
  void anAccumulatorMustBeReturned() {
    assertFails("faulty in block layers.3: vjp added to the accumulator of input 0, but returned another"
        + " tensor for it", (ctx, dy) -> {
          ctx.accumulator(0);
          return new Tensor[] {dy, null};
        });
  }

  @Test
  void whatWasNotSavedCannotBeRead() {
    assertFails("faulty: vjp asks for input 0, which saves() and reads() say it does not read",
        (ctx, dy) -> new Tensor[] {ctx.input(0), null});
    assertFails("faulty: vjp asks for the output, but saves() is NONE",
        (ctx, dy) -> new Tensor[] {ctx.output(), null});
    assertFails("faulty: vjp asks for saved tensor 0, but forward saved 0",
        (ctx, dy) -> new Tensor[] {ctx.saved(0), null});
  }

  private void assertFails(String message, BiFunction<BackwardContext, Tensor, Tensor[]> gradient) {
    try (var tape = Tape.recording(step)) {
      var y = tape.block("layers.3", p, (t, x) -> t.apply(new Faulty(gradient), x, frozen));
      var failure = assertThrows(IllegalStateException.class,
          () -> tape.backward(y, training.zeros(DType.F64, 2, 3)));
      assertEquals(message, failure.getMessage());
    }
  }

  @Test
  void aResultThatInferDidNotPromiseIsNamed() {
    try (var tape = Tape.recording(step)) {
      var shape = assertThrows(IllegalStateException.class, () -> tape.apply(new WrongResult(false), p));
      assertEquals("wrongResult: forward returned F64(3, 2), infer promised F64(2, 3)", shape.getMessage());
      var missing = assertThrows(IllegalStateException.class, () -> tape.apply(new WrongResult(true), p));
      assertTrue(missing.getMessage().contains("forward returned null"), missing.getMessage());
    }
  }
}
