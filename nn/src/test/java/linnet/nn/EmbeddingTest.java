package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalInt;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Looking tokens up where the row of padding does not train. */
class EmbeddingTest {
  private static final int PADDING = 2;
  private static final int[] IDS = {3, PADDING, 0, 3, PADDING};

  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");

  @AfterEach
  void close() {
    step.close();
    training.close();
    backend.close();
  }

  private TrainableParam param(String name, int... sizes) {
    var value = training.allocate(DType.F64, sizes);
    var values = new double[(int) value.shape().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    value.copyFrom(values);
    return new TrainableParam(name, value);
  }

  private Tensor seed(Variable rows) {
    var seed = step.allocate(DType.F64, rows.shape());
    seed.copyFrom(new double[] {1, 10, 2, 20, 3, 30, 4, 40, 5, 50});
    return seed;
  }

  @Test
  void thePaddingsRowGetsNoGradient() {
    var table = param("table", 4, 2);
    try (var tape = Tape.recording(step)) {
      var rows = new Embedding(table, OptionalInt.of(PADDING)).forward(tape, IDS);
      assertArrayEquals(new double[] {7, 8, 5, 6, 1, 2, 7, 8, 5, 6}, rows.value().toDoubles());
      tape.backward(rows, seed(rows));
    }
    assertArrayEquals(new double[] {3, 30, 0, 0, 0, 0, 5, 50}, table.grad().toDoubles());
  }

  /** As where the head is the same table: what that gives the row stays, whichever comes first. */
  @Test
  void whatOthersGiveThePaddingsRowStays() {
    for (boolean before : new boolean[] {true, false}) {
      var table = param("table", 4, 2);
      var embedding = new Embedding(table, OptionalInt.of(PADDING));
      try (var tape = Tape.recording(step)) {
        var sum = before ? tape.sum(table.variable()) : null;
        var rows = embedding.forward(tape, IDS);
        var looked = tape.sum(tape.mul(rows, Variable.constant(seed(rows))));
        tape.backward(tape.add(looked, before ? sum : tape.sum(table.variable())));
      }
      assertArrayEquals(new double[] {4, 31, 1, 1, 1, 1, 6, 51}, table.grad().toDoubles());
    }
  }

  @Test
  void anAdaptersRowOfPaddingGetsNoneEither() {
    var a = param("a", 4, 1);
    var lora = new LoraEmbedding(a, param("b", 1, 2), Optional.empty(), 1);
    var table = new FrozenParam("table", training.zeros(DType.F64, 4, 2));
    try (var tape = Tape.recording(step)) {
      var rows = new Embedding(table, OptionalInt.of(PADDING)).with(lora).forward(tape, IDS);
      tape.backward(rows, seed(rows));
    }
    // dA[row] is the sum of dy · (1, 2) over the tokens of the row
    assertArrayEquals(new double[] {3 + 60, 0, 0, 5 + 100}, a.grad().toDoubles());
  }

  @Test
  void aRowThatDoesNotTrainCostsNothing() {
    assertEquals(bytesOfLookup(OptionalInt.empty()), bytesOfLookup(OptionalInt.of(PADDING)));
  }

  private long bytesOfLookup(OptionalInt padding) {
    var table = param("table", 4, 2);
    long before = step.liveBytes();
    try (var tape = Tape.recording(step)) {
      new Embedding(table, padding).forward(tape, IDS);
      return step.liveBytes() - before;
    }
  }
}
