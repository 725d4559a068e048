package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockTest {
  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");
  private final Variable p = Variable.parameter("p", training.zeros(DType.F64, 3));

  BlockTest() {
    p.value().copyFrom(new double[] {0.1, 0.2, 0.3});
  }

  @AfterEach
  void close() {
    step.close();
    training.close();
    backend.close();
  }

  @Test
  void aCheckpointedBlockRunsAgainInTheBackwardPass() {
    var runs = new ArrayList<Tape>();
    try (var tape = Tape.checkpointing(step)) {
      var y = tape.block("b", p, (t, x) -> {
        runs.add(t);
        return t.exp(x);
      });
      assertEquals(1, runs.size());
      tape.backward(tape.sum(y));
      assertEquals(2, runs.size());
      double[] expected = {Math.exp(0.1), Math.exp(0.2), Math.exp(0.3)};
      assertArrayEquals(expected, p.grad().toDoubles(), 1e-15);
    }
  }

  @Test
  void aCheckpointedBlockTrainsItsParametersThoughItsInputIsFrozen() {
    try (var tape = Tape.checkpointing(step)) {
      var frozen = Variable.constant(p.value());
      tape.backward(tape.sum(tape.block("b", frozen, (t, x) -> t.mul(x, p))));
      assertArrayEquals(p.value().toDoubles(), p.grad().toDoubles());
    }
  }

  @Test
  void aCheckpointedBlockMayHandOnItsInputOrAParameterOrAConstant() {
    try (var tape = Tape.checkpointing(step)) {
      var same = tape.block("same", tape.scale(p, 2), (t, x) -> x);
      var parameter = tape.block("parameter", same, (t, x) -> p);
      var constant = tape.block("constant", same, (t, x) -> Variable.constant(p.value()));
      tape.backward(tape.sum(tape.add(same, tape.add(parameter, constant))));
      assertArrayEquals(new double[] {3, 3, 3}, p.grad().toDoubles());
    }
  }

  @Test
  void aCheckpointedBlockWithoutAnythingTrainableIsFrozen() {
    try (var tape = Tape.checkpointing(step)) {
      var frozen = Variable.constant(p.value());
      assertFalse(tape.block("b", frozen, (t, x) -> t.exp(x)).requiresGrad());
    }
  }

  @Test
  void aCheckpointedBlockMayNotReachForOtherValues() {
    try (var tape = Tape.checkpointing(step)) {
      var other = tape.exp(p);
      var captured = assertThrows(IllegalStateException.class,
          () -> tape.block("layers.1", p, (t, x) -> t.add(x, other)));
      assertTrue(captured.getMessage().contains("input 1 (exp F64(3)) was recorded on another tape"),
          captured.getMessage());
      var wrongTape = assertThrows(IllegalStateException.class,
          () -> tape.block("layers.1", p, (t, x) -> tape.exp(x)));
      assertTrue(wrongTape.getMessage().contains("waits for block \"layers.1\""), wrongTape.getMessage());
      assertTrue(tape.exp(p).requiresGrad()); // and the tape is usable afterwards
    }
  }

  @Test
  void onlyTheResultOfABlockOutlivesIt() {
    try (var tape = Tape.recording(step)) {
      var inside = new ArrayList<Variable>();
      var y = tape.block("b", p, (t, x) -> {
        inside.add(t.scale(x, 2));
        inside.add(t.keep(t.shift(inside.get(0), 1)));
        return t.scale(inside.get(1), 3);
      });
      var failure = assertThrows(IllegalStateException.class, () -> tape.exp(inside.get(0)));
      assertTrue(failure.getMessage().contains("Tape.keep"), failure.getMessage());
      assertArrayEquals(new double[] {1.2, 1.4, 1.6}, inside.get(1).value().toDoubles(), 1e-15);
      tape.backward(tape.sum(y));
      assertArrayEquals(new double[] {6, 6, 6}, p.grad().toDoubles());
    }
  }

  @Test
  void blocksNest() {
    for (var tape : new Tape[] {Tape.recording(step), Tape.checkpointing(step)}) {
      try (tape) {
        var y = tape.block("a", p, (t, x) ->
            t.exp(t.block("b", t.scale(x, 2), (u, z) -> u.square(u.scale(z, 3)))));
        tape.backward(tape.sum(y)); // exp(36 p²)
        double[] expected = {72 * 0.1 * Math.exp(0.36), 72 * 0.2 * Math.exp(1.44), 72 * 0.3 * Math.exp(3.24)};
        assertArrayEquals(expected, p.grad().toDoubles(), 1e-10);
        p.clearGrad();
      }
    }
  }
}
