package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes in the step's scope; one value of the tests' width takes {@link #ROW} bytes, a scalar 8. */
class MemoryTest {
  private static final int WIDTH = 1000;
  private static final int ROW = 8 * WIDTH;

  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");
  private final Variable p = Variable.parameter("p", training.zeros(DType.F64, WIDTH));

  @AfterEach
  void close() {
    step.close();
    training.close();
    backend.close();
  }

  private static Variable tanhs(Tape tape, Variable x, int count) {
    var y = x;
    for (int i = 0; i < count; i++) {
      y = tape.tanh(y);
    }
    return y;
  }

  @Test
  void theBackwardPassOfADeepChainNeedsTwoGradientsBesideTheActivations() {
    try (var tape = Tape.recording(step)) {
      var loss = tape.sum(tanhs(tape, p, 30));
      assertEquals(30 * ROW + 8, step.liveBytes());
      tape.backward(loss);
      assertTrue(step.peakBytes() <= 32 * ROW + 16, step.peakBytes() + " bytes at the peak");
      assertEquals(8, step.liveBytes()); // the loss
    }
  }

  @Test
  void aGradientWithOneReaderIsOverwritten() {
    try (var tape = Tape.recording(step)) {
      var y = p;
      for (int i = 0; i < 10; i++) {
        y = tape.scale(y, 2);
      }
      long forward = step.liveBytes();
      tape.backward(y, training.zeros(DType.F64, WIDTH));
      assertEquals(forward + ROW, step.peakBytes()); // one row beside the seed, written over nine times
    }
  }

  @Test
  void addAndViewsPassTheirGradientOnWithoutACopy() {
    try (var tape = Tape.recording(step)) {
      var turned = tape.transpose(tape.reshape(p, WIDTH, 1), 0, 1);
      var sum = tape.add(tape.add(p, p), tape.reshape(turned, WIDTH));
      assertEquals(2 * ROW, step.liveBytes()); // the views took nothing
      tape.backward(sum, training.zeros(DType.F64, WIDTH));
      assertEquals(2 * ROW, step.peakBytes());
    }
  }

  @Test
  void aGradientIsAddedToWhicheverOfTwoNobodyShares() {
    try (var tape = Tape.recording(step)) {
      var a = tape.scale(p, 1);
      var b = tape.scale(p, 1);
      var sum = tape.add(tape.tanh(a), tape.add(a, b));
      assertEquals(5 * ROW, step.liveBytes());
      tape.backward(sum, training.zeros(DType.F64, WIDTH)); // a gets the seed, then tanh's own
      assertEquals(5 * ROW, step.peakBytes()); // which takes the place of a + b
    }
  }

  @Test
  void viewsDoNotOutliveWhatTheyAreViewsOfNorTheOtherWayRound() {
    try (var tape = Tape.recording(step)) {
      var y = tape.reshape(tape.tanh(p), 10, WIDTH / 10);
      var loss = tape.sum(tape.tanh(tape.slice(y, 0, 0, 5)));
      tape.backward(loss);
      assertEquals(8, step.liveBytes());
    }
  }

  @Test
  void frozenWeightsTakeNoByte() {
    var x = Variable.parameter("x", training.zeros(DType.F64, 1, 50));
    var w = Variable.constant(training.zeros(DType.BF16, WIDTH, 50));
    long before = training.liveBytes();
    try (var tape = Tape.recording(step)) {
      tape.backward(tape.sum(tape.linear(tape.scale(x, 1), w)));
      assertEquals(before + 50 * 8, training.liveBytes()); // the gradient of x
      assertTrue(step.peakBytes() <= 2 * ROW + 2 * 50 * 8 + 16, step.peakBytes() + " bytes at the peak");
    }
  }

  @Test
  void trainableWeightsAddToTheirGradientInPlace() {
    var x = Variable.constant(training.zeros(DType.F64, 1, 50));
    var w = Variable.parameter("w", training.zeros(DType.F64, WIDTH, 50));
    try (var tape = Tape.recording(step)) {
      var loss = tape.sum(tape.add(tape.linear(x, w), tape.linear(x, w)));
      tape.backward(loss);
      assertTrue(step.peakBytes() <= 5 * ROW, step.peakBytes() + " bytes at the peak"); // dw alone takes 50
    }
  }

  @Test
  void aLoraLayerKeepsTheThinProductOnly() {
    var x = Variable.constant(training.zeros(DType.F64, 20, 50));
    var w = Variable.constant(training.zeros(DType.F64, 30, 50));
    var a = Variable.parameter("a", training.zeros(DType.F64, 2, 50));
    var b = Variable.parameter("b", training.zeros(DType.F64, 30, 2));
    try (var tape = Tape.recording(step)) {
      var y = tape.loraLinear(x, w, a, b, 2, 0.5, new long[20]);
      assertEquals(8 * (20 * 30 + 20 * 2), step.liveBytes());
      tape.backward(tape.sum(y));
      assertEquals(8, step.liveBytes());
    }
  }

  @Test
  void aBlockFreesWhatNoBackwardPassReads() {
    try (var tape = Tape.recording(step)) {
      var y = tape.block("b", p, (t, x) -> t.scale(t.tanh(t.scale(t.scale(x, 2), 2)), 2));
      assertEquals(2 * ROW, step.liveBytes()); // tanh's output, and the result
      tape.backward(tape.sum(y));
      assertEquals(8, step.liveBytes());
    }
  }

  @Test
  void withoutGradABlockTakesTheMemoryOfOne() {
    try (var tape = Tape.noGrad(step)) {
      var y = p;
      for (int i = 0; i < 10; i++) {
        y = tape.block("b" + i, y, (t, x) -> tanhs(t, x, 3));
      }
      assertEquals(10 * ROW, step.liveBytes());
    }
    step.reset();
    try (var tape = Tape.noGrad(step)) {
      var y = tape.block("all", p, (t, x) -> {
        var z = x;
        for (int i = 0; i < 10; i++) {
          z = t.block("b" + i, z, (u, in) -> tanhs(u, in, 3));
        }
        return z;
      });
      assertEquals(ROW, step.liveBytes());
      assertTrue(y.value().isAlive());
    }
  }

  @Test
  void aCheckpointingTapeKeepsTheInputsOfBlocks() {
    try (var tape = Tape.checkpointing(step)) {
      var y = p;
      for (int i = 0; i < 10; i++) {
        y = tape.block("b" + i, y, (t, x) -> tanhs(t, x, 5));
      }
      assertEquals(10 * ROW, step.liveBytes());
      tape.backward(tape.sum(y));
      assertTrue(step.peakBytes() <= (10 + 5 + 2) * ROW + 16, step.peakBytes() + " bytes at the peak");
      assertEquals(8, step.liveBytes());
    }
  }

  @Test
  void theHeadsLossKeepsTheGradientOfItsInputAlone() {
    var h = Variable.parameter("h", training.zeros(DType.F64, 4, 5));
    var w = Variable.constant(training.zeros(DType.F64, WIDTH, 5));
    var targets = Variable.constant(training.ints(1, 2, 3, 4));
    var weights = Variable.constant(training.zeros(DType.F64, 4));
    try (var tape = Tape.recording(step)) {
      var loss = tape.crossEntropy(h, w, targets, weights);
      assertEquals(8 + 4 * 5 * 8, step.liveBytes());
      tape.backward(loss);
      assertEquals(8 + 4 * 5 * 8 + 8, step.peakBytes()); // the seed
    }
    step.reset();
    try (var tape = Tape.noGrad(step)) {
      tape.crossEntropy(h, w, targets, weights);
      assertEquals(8, step.liveBytes());
    }
  }
}
