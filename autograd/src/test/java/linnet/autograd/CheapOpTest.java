package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Results of cheap ops are computed again in the backward pass; one value takes {@link #ROW} bytes. */
class CheapOpTest {
  private static final int WIDTH = 1000;
  private static final int ROW = 8 * WIDTH;

  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");
  private final Variable p = Variable.parameter("p", training.allocate(DType.F64, WIDTH));
  private final AtomicInteger runs = new AtomicInteger();

  CheapOpTest() {
    var values = new double[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      values[i] = 0.5 + i / (2.0 * WIDTH);
    }
    p.value().copyFrom(values);
  }

  @AfterEach
  void close() {
    step.close();
    training.close();
    backend.close();
  }

  /** y = x², counting its runs. */
  record Square(boolean cheap, Saves saves, AtomicInteger runs) implements CustomOp {
    private static final Signature SIGNATURE = Signature.of("x(…)");

    @Override
    public TensorType infer(List<TensorType> inputs) {
      return SIGNATURE.match(this, inputs).typeOf(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      runs.incrementAndGet();
      ctx.backend().unary(Unary.SQUARE, ctx.output(), ctx.input(0));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = 2x · dy, where x is the root of the output
      var dx = ctx.gradient(0);
      if (saves == Saves.INPUTS) {
        ctx.backend().affine(dx, ctx.input(0), 2, 0);
      } else {
        ctx.backend().unary(Unary.SQRT, dx, ctx.output());
        ctx.backend().affine(dx, dx, 2, 0);
      }
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      return new Tensor[] {dx};
    }
  }

  /** y = x³, whose gradient is written over x where nobody else reads it. */
  record Overwriting() implements CustomOp {
    @Override
    public TensorType infer(List<TensorType> inputs) {
      return inputs.get(0);
    }

    @Override
    public Tensor forward(ForwardContext ctx) {
      ctx.backend().unary(Unary.SQUARE, ctx.output(), ctx.input(0));
      ctx.backend().binary(Binary.MUL, ctx.output(), ctx.output(), ctx.input(0));
      return ctx.output();
    }

    @Override
    public Tensor[] vjp(BackwardContext ctx, Tensor dy) { // dx = 3x² · dy
      var dx = ctx.reuse(ctx.input(0));
      ctx.backend().unary(Unary.SQUARE, dx, ctx.input(0));
      ctx.backend().affine(dx, dx, 3, 0);
      ctx.backend().binary(Binary.MUL, dx, dx, dy);
      return new Tensor[] {dx};
    }

    @Override
    public Saves saves() {
      return Saves.INPUTS;
    }
  }

  private Variable cheap(Tape t, Variable x) {
    return t.apply(new Square(true, Saves.INPUTS, runs), x);
  }

  /** Σ over the results of the block, and the gradient of p. */
  private double[] gradient(Function<Scope, Tape> mode, Block body) {
    p.clearGrad();
    try (var tape = mode.apply(step)) {
      tape.backward(tape.sum(tape.block("b", p, body)));
      assertEquals(8, step.liveBytes()); // the loss
    }
    step.reset();
    return p.grad().toDoubles();
  }

  private double[] kept(Block body) {
    p.clearGrad();
    try (var tape = Tape.recording(step)) { // no block: everything is held
      tape.backward(tape.sum(body.apply(tape, p)));
    }
    step.reset();
    return p.grad().toDoubles();
  }

  @Test
  void theFirstReaderRunsTheOpAgainAndTheLastFreesIt() {
    try (var tape = Tape.recording(step)) {
      var inside = new ArrayList<Variable>();
      var y = tape.block("b", p, (t, x) -> {
        var square = cheap(t, x);
        inside.add(square);
        return t.add(t.add(t.log(square), t.log(square)), t.log(square));
      });
      assertEquals(ROW, step.liveBytes()); // the result of the block
      var released = assertThrows(IllegalStateException.class, () -> tape.exp(inside.get(0)));
      assertTrue(released.getMessage().contains("Tape.keep"), released.getMessage());
      assertEquals(1, runs.get());
      tape.backward(tape.sum(y));
      assertEquals(2, runs.get());
      assertEquals(8, step.liveBytes());
      double[] expected = new double[WIDTH];
      for (int i = 0; i < WIDTH; i++) {
        expected[i] = 6 / p.value().toDoubles()[i];
      }
      assertArrayEquals(expected, p.grad().toDoubles(), 1e-12);
    }
  }

  @Test
  void theGradientHasTheBitsOfOneWhoseValuesWereKept() {
    Block body = (t, x) -> {
      var a = cheap(t, t.tanh(x));
      var b = cheap(t, a); // of a cheap one
      var c = t.reshape(b, 10, WIDTH / 10);
      return t.add(t.mul(t.log(a), b), t.mul(t.reshape(t.log(c), WIDTH), t.mul(b, b)));
    };
    double[] expected = kept(body);
    assertArrayEquals(expected, gradient(Tape::recording, body));
    assertArrayEquals(expected, gradient(Tape::checkpointing, body));
    assertArrayEquals(expected, gradient(s -> Tape.recording(s).tracing(), body));
  }

  @Test
  void aReaderThatOverwritesItsInputSpoilsNobodyElses() {
    Block body = (t, x) -> {
      var a = cheap(t, t.tanh(x));
      var view = t.reshape(a, 10, WIDTH / 10);
      var first = t.apply(new Overwriting(), a);
      var second = t.apply(new Overwriting(), view);
      var third = t.apply(new Overwriting(), a);
      var gated = t.swiGlu(view, second);
      return t.add(t.add(first, third), t.reshape(gated, WIDTH));
    };
    double[] expected = kept(body);
    assertArrayEquals(expected, gradient(Tape::recording, body));
    assertArrayEquals(expected, gradient(Tape::checkpointing, body));
  }

  @Test
  void memoryThatAGradientWasWrittenToIsNotTakenForTheValue() {
    Block body = (t, x) -> {
      var a = cheap(t, t.tanh(x));
      var direct = t.apply(new Overwriting(), a); // after the other one, in the backward pass
      var view = t.reshape(a, 10, WIDTH / 10);
      return t.add(direct, t.reshape(t.apply(new Overwriting(), view), WIDTH));
    };
    assertArrayEquals(kept(body), gradient(Tape::recording, body));
  }

  @Test
  void aValueThatIsThereIsNotComputedAgain() {
    Block keeping = (t, x) -> t.log(t.keep(cheap(t, x)));
    try (var tape = Tape.recording(step)) {
      tape.backward(tape.sum(tape.block("b", p, keeping)));
      tape.backward(tape.sum(tape.log(cheap(tape, p)))); // outside of any block
      tape.backward(tape.sum(tape.log(tape.block("result", p, this::cheap))));
    }
    assertEquals(3, runs.get());
  }

  @Test
  void nothingIsComputedForReadersThatNoGradientReaches() {
    try (var tape = Tape.recording(step)) {
      var y = tape.block("b", p, (t, x) -> {
        t.log(cheap(t, x)); // leads nowhere
        return t.scale(x, 2);
      });
      tape.backward(tape.sum(y));
      assertEquals(1, runs.get());
      var frozen = Variable.constant(p.value());
      tape.backward(tape.sum(tape.block("c", p, (t, x) -> t.mul(cheap(t, x), frozen)))); // reads frozen only
      assertEquals(2, runs.get());
    }
  }

  @Test
  void anOpThatDoesNotKeepItsInputsIsNotCheap() {
    try (var tape = Tape.recording(step)) {
      var op = new Square(true, Saves.OUTPUT, runs);
      var y = tape.block("b", p, (t, x) -> t.log(t.apply(op, t.scale(x, 2))));
      assertEquals(2 * ROW, step.liveBytes()); // the square, and the result of the block
      tape.backward(tape.sum(y));
      assertEquals(1, runs.get());
    }
  }

  @Test
  void whatIsNotRecordedIsNotComputedAgain() {
    try (var tape = Tape.noGrad(step)) {
      tape.block("b", p, (t, x) -> t.log(cheap(t, x)));
    }
    try (var tape = Tape.recording(step)) {
      var frozen = Variable.constant(p.value());
      tape.backward(tape.sum(tape.block("b", p, (t, x) -> t.mul(t.log(cheap(t, frozen)), x))));
    }
    assertEquals(2, runs.get());
  }

  @Test
  void aCheckpointedBlockRunsACheapOpOnceMore() {
    try (var tape = Tape.checkpointing(step)) {
      tape.backward(tape.sum(tape.block("b", p, (t, x) -> t.log(cheap(t, x)))));
      assertEquals(3, runs.get());
    }
  }

  @Test
  void aNormOrActivationIsNotKeptForThoseWhoReadIt() {
    var w = Variable.constant(training.zeros(DType.F64, 10, 10));
    var weight = Variable.constant(training.zeros(DType.F64, 10));
    try (var tape = Tape.recording(step)) {
      var trained = Variable.parameter("w", w.value());
      var y = tape.block("b", tape.reshape(p, WIDTH / 10, 10), (t, x) -> {
        var normed = t.rmsNorm(x, weight, 1e-5);
        var gate = t.linear(normed, trained);
        var up = t.linear(normed, trained);
        return t.linear(t.swiGlu(gate, up), trained);
      });
      assertEquals(3 * ROW, step.liveBytes()); // gate, up and the result
      tape.backward(tape.sum(y));
      assertEquals(8, step.liveBytes());
    }
  }
}
