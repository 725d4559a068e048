package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TapeTest {
  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");
  private final Tape tape = Tape.recording(step);
  private final Variable p = Variable.parameter("p", vector(2, 3));
  private final Variable q = Variable.parameter("q", vector(5, 7));

  @AfterEach
  void close() {
    tape.close();
    step.close();
    training.close();
    backend.close();
  }

  private Tensor vector(double... values) {
    var tensor = training.allocate(DType.F64, values.length);
    tensor.copyFrom(values);
    return tensor;
  }

  @Test
  void aVariableUsedTwiceGetsBothGradients() {
    tape.backward(tape.sum(tape.add(p, tape.add(p, tape.mul(p, p)))));
    assertArrayEquals(new double[] {6, 8}, p.grad().toDoubles()); // 2 + 2p
  }

  @Test
  void anIntermediateAddedToItselfGetsTwiceTheGradient() {
    var y = tape.exp(p);
    tape.backward(tape.sum(tape.add(y, y)));
    assertArrayEquals(new double[] {2 * Math.exp(2), 2 * Math.exp(3)}, p.grad().toDoubles(), 1e-12);
  }

  @Test
  void oneGradientSharedByTwoInputsIsNotAddedToInPlace() {
    var a = tape.scale(p, 1);
    var b = tape.scale(q, 1);
    var shared = tape.add(a, b); // its dy goes to both
    tape.backward(tape.sum(tape.add(shared, tape.scale(a, 10))));
    assertArrayEquals(new double[] {11, 11}, p.grad().toDoubles());
    assertArrayEquals(new double[] {1, 1}, q.grad().toDoubles());
  }

  @Test
  void gradientsAddUpOverBackwardPassesUntilCleared() {
    tape.backward(tape.sum(tape.square(p)));
    tape.backward(tape.sum(p));
    var buffer = p.grad();
    assertArrayEquals(new double[] {5, 7}, buffer.toDoubles());
    p.clearGrad();
    assertNull(p.grad());
    tape.backward(tape.sum(tape.scale(p, 3)));
    assertSame(buffer, p.grad());
    assertArrayEquals(new double[] {3, 3}, buffer.toDoubles());
  }

  @Test
  void twoGraphsOfOneTapeAreWalkedSeparately() {
    var first = tape.sum(tape.exp(p));
    var second = tape.sum(tape.square(p));
    tape.backward(first);
    tape.backward(second);
    assertArrayEquals(new double[] {Math.exp(2) + 4, Math.exp(3) + 6}, p.grad().toDoubles(), 1e-12);
  }

  @Test
  void aLeadingDimensionOfOneIsNoRepetition() {
    tape.backward(tape.sum(tape.add(p, tape.reshape(q, 1, 2))));
    assertArrayEquals(new double[] {1, 1}, p.grad().toDoubles());
  }

  @Test
  void aSeedWeightsTheResult() {
    var seed = vector(10, 100);
    tape.backward(tape.neg(p), seed);
    assertArrayEquals(new double[] {-10, -100}, p.grad().toDoubles());
    assertArrayEquals(new double[] {10, 100}, seed.toDoubles()); // not overwritten
    var wrong = assertThrows(IllegalArgumentException.class, () -> tape.backward(tape.neg(p), vector(1)));
    assertTrue(wrong.getMessage().contains("neg F64(2)"), wrong.getMessage());
  }

  @Test
  void aValueOfTheTapeMaySeed() {
    var y = tape.exp(p);
    tape.backward(y, y.value());
    assertTrue(y.value().isAlive());
    assertArrayEquals(new double[] {Math.exp(4), Math.exp(6)}, p.grad().toDoubles(), 1e-9);
  }

  @Test
  void constantsAreNotDifferentiated() {
    var c = Variable.constant(q.value());
    tape.backward(tape.sum(tape.mul(p, c)));
    assertArrayEquals(new double[] {5, 7}, p.grad().toDoubles());
    assertFalse(c.requiresGrad());
    var failure = assertThrows(IllegalStateException.class, c::grad);
    assertTrue(failure.getMessage().contains("only parameters"), failure.getMessage());
  }

  @Test
  void nothingIsRecordedWithoutGrad() {
    try (var plain = Tape.noGrad(step)) {
      var loss = plain.sum(plain.square(p));
      assertEquals(13, loss.value().item());
      assertFalse(loss.requiresGrad());
      var failure = assertThrows(IllegalStateException.class, () -> plain.backward(loss));
      assertTrue(failure.getMessage().contains("noGrad"), failure.getMessage());
    }
  }

  @Test
  void aSecondPassSaysThatItIsNotSupported() {
    var y = tape.square(p);
    var loss = tape.sum(y);
    tape.backward(loss);
    var again = assertThrows(IllegalStateException.class, () -> tape.backward(loss));
    assertTrue(again.getMessage().contains("second derivatives"), again.getMessage());
    assertArrayEquals(new double[] {4, 6}, p.grad().toDoubles());
  }

  @Test
  void aPassThatMeetsAConsumedPartTouchesNoGradient() {
    var shared = tape.keep(tape.square(p));
    var first = tape.sum(shared);
    var second = tape.sum(tape.mul(shared, q));
    tape.backward(first);
    assertThrows(IllegalStateException.class, () -> tape.backward(second));
    assertNull(q.grad());
  }

  @Test
  void aResultCannotBeUsedAfterItsBackwardPass() {
    var y = tape.square(p);
    tape.backward(tape.sum(y));
    var read = assertThrows(IllegalStateException.class, () -> y.value().toDoubles());
    assertTrue(read.getMessage().contains("released in scope \"step\""), read.getMessage());
    var used = assertThrows(IllegalStateException.class, () -> tape.exp(y));
    assertTrue(used.getMessage().contains("exp: input 0 (square F64(2))"), used.getMessage());
    assertThrows(IllegalStateException.class, () -> tape.keep(y));
  }

  @Test
  void theLossAndWhatIsKeptStayReadable() {
    var kept = tape.keep(tape.square(p));
    var loss = tape.sum(kept);
    tape.backward(loss);
    assertEquals(13, loss.value().item());
    assertArrayEquals(new double[] {4, 9}, kept.value().toDoubles());
    var used = assertThrows(IllegalStateException.class, () -> tape.exp(kept));
    assertTrue(used.getMessage().contains("backward pass has consumed"), used.getMessage());
  }

  @Test
  void aLossHasOneElement() {
    var failure = assertThrows(IllegalArgumentException.class, () -> tape.backward(tape.exp(p)));
    assertTrue(failure.getMessage().contains("exp F64(2)"), failure.getMessage());
  }

  @Test
  void variablesOfAnotherTapeOrBackendAreRefused() {
    var mine = tape.exp(p);
    try (var other = Tape.recording(step); var strange = Backends.reference();
        var far = strange.scope("far")) {
      var failure = assertThrows(IllegalStateException.class, () -> other.exp(mine));
      assertTrue(failure.getMessage().contains("another tape"), failure.getMessage());
      assertThrows(IllegalStateException.class, () -> other.backward(mine, vector(1, 1)));
      var foreign = Variable.constant(far.zeros(DType.F64, 2));
      var elsewhere = assertThrows(IllegalArgumentException.class, () -> tape.add(p, foreign));
      assertTrue(elsewhere.getMessage().contains("lives on the backend"), elsewhere.getMessage());
    }
  }

  @Test
  void aClosedTapeRunsNothing() {
    tape.close();
    assertThrows(IllegalStateException.class, () -> tape.exp(p));
  }

  @Test
  void onlyFloatsCanTrain() {
    var failure = assertThrows(IllegalArgumentException.class,
        () -> Variable.parameter("layers.0.w", training.zeros(DType.BF16, 2)));
    assertEquals("parameter layers.0.w is BF16(2), expected F32 or F64: copy it to F32 to train it, or"
        + " make it a constant", failure.getMessage());
  }

  @Test
  void anInputWithoutAGradientCannotTrain() {
    var x = Variable.parameter("x", training.zeros(DType.F64, 1, 1, 2));
    var angle = Variable.parameter("angle", training.zeros(DType.F64, 1, 1));
    var failure = assertThrows(IllegalArgumentException.class,
        () -> tape.rope(x, Variable.constant(angle.value()), angle));
    assertTrue(failure.getMessage().startsWith("rope: input 2 (angle F64(1, 1))"), failure.getMessage());
  }

  @Test
  void equalMaximaShareTheGradient() {
    var x = Variable.parameter("x", vector(1, 4, 4, 2));
    tape.backward(tape.max(x, 0));
    assertArrayEquals(new double[] {0, 0.5, 0.5, 0}, x.grad().toDoubles());
  }

  @Test
  void meanAndCompositionsAreWhatTheySay() {
    var x = Variable.constant(vector(1, -2));
    assertEquals(-0.5, tape.mean(x).value().item());
    double[] gelu = {0.8413447460685429, -0.04550026389635842};
    assertArrayEquals(gelu, tape.gelu(x).value().toDoubles(), 1e-9);
    double[] silu = {0.7310585786300049, -0.2384058440442351};
    assertArrayEquals(silu, tape.silu(x).value().toDoubles(), 1e-12);
    assertSame(x, tape.dropout(x, 0, new long[0]));
  }
}
