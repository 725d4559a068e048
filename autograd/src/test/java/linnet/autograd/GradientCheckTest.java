package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradientCheckTest {
  private final Backend backend = Backends.reference();
  private final Scope scope = backend.scope("check");
  private final Draw draw = new Draw(5, scope, DType.F64);

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  /** a · b, whose gradient is wrong in one element, or wrong only where a is frozen. */
  record WrongProduct(boolean onlyAlone) implements CustomOp {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      return inputs.get(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().binary(Binary.MUL, ctx.output(), ctx.input(0), ctx.input(1));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) {
      Tensor[] gradients = new Tensor[2];
      for (int i = 0; i < 2; i++) {
        if (ctx.needs(i)) {
          gradients[i] = ctx.gradient(i);
          ctx.backend().binary(Binary.MUL, gradients[i], dy, ctx.input(1 - i));
        }
      }
      if (!onlyAlone && ctx.needs(1) || !ctx.needs(0)) {
        var element = gradients[1].slice(0, 2, 3);
        ctx.backend().affine(element, element, 1, 1e-4);
      }
      return gradients;
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  @Test
  void aWrongElementIsNamed() {
    var failure = assertThrows(GradientMismatchException.class,
        () -> GradientCheck.standard().check(new WrongProduct(false), draw.tensor(4), draw.tensor(4)));
    assertTrue(failure.getMessage()
        .startsWith("wrongProduct (all trainable): the gradient of input 1, F64(4), at element 2 is "),
        failure.getMessage());
  }

  @Test
  void aMistakeThatShowsOnlyWhenTheOtherInputIsFrozenIsFound() {
    var failure = assertThrows(GradientMismatchException.class,
        () -> GradientCheck.standard().check(new WrongProduct(true), draw.tensor(4), draw.tensor(4)));
    assertTrue(failure.getMessage().startsWith("wrongProduct (only input 1 trainable)"),
        failure.getMessage());
  }

  @Test
  void inputsAreRestored() {
    var x = draw.tensor(3, 4);
    double[] before = x.toDoubles();
    long bytes = scope.liveBytes();
    GradientCheck.standard().check(new Elementwise.Exp(), x);
    assertArrayEquals(before, x.toDoubles());
    assertEquals(bytes, scope.liveBytes());
  }

  @Test
  void inputsThatCannotBeCheckedAreRefused() {
    var floats = scope.zeros(DType.F32, 2);
    var f32 = assertThrows(IllegalArgumentException.class,
        () -> GradientCheck.standard().check(new Elementwise.Exp(), floats));
    assertTrue(f32.getMessage().contains("input 0 is F32(2): central differences need F64"),
        f32.getMessage());
    var repeated = scope.zeros(DType.F64, 1).expand(Shape.of(3));
    var expanded = assertThrows(IllegalArgumentException.class,
        () -> GradientCheck.standard().check(new Elementwise.Exp(), repeated));
    assertTrue(expanded.getMessage().contains("repeats its elements"), expanded.getMessage());
    assertThrows(IllegalArgumentException.class,
        () -> GradientCheck.standard().check((tape, in) -> in.get(0), scope.ints(1, 2)));
  }
}
