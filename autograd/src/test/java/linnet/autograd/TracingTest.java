package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import linnet.autograd.NonFiniteException.Phase;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingTest {
  private final Backend backend = Backends.reference();
  private final Scope training = backend.scope("training");
  private final Scope step = backend.scope("step");
  private final Variable p = Variable.parameter("p", training.allocate(DType.F64, 3));

  TracingTest() {
    p.value().copyFrom(new double[] {1, 0, 4});
  }

  @AfterEach
  void close() {
    step.close();
    training.close();
    backend.close();
  }

  /** Infinite from the logarithm in layer 3 on. */
  private Variable logOfZero(Tape tape) {
    var x = tape.block("layers.2", p, (t, in) -> t.square(in));
    return tape.sum(tape.square(tape.block("layers.3", x, (t, in) -> t.neg(t.log(in)))));
  }

  /** Finite, but the root's gradient at 0 is not. */
  private Variable rootOfZero(Tape tape) {
    return tape.sum(tape.block("layers.3", tape.scale(p, 2), (t, in) -> t.sqrt(in)));
  }

  @Test
  void theFirstOpIsNamed() {
    var found = Tracing.firstNonFinite(backend, this::logOfZero).orElseThrow();
    assertEquals("log", found.op());
    assertEquals("layers.3", found.block());
    assertEquals(Phase.FORWARD, found.phase());
    assertEquals("forward of log in block layers.3 made -Infinity at element 1 of F64(3)",
        found.getMessage());
  }

  @Test
  void theFirstGradientIsNamed() {
    var found = Tracing.firstNonFinite(backend, this::rootOfZero).orElseThrow();
    assertEquals("sqrt", found.op());
    assertEquals("layers.3", found.block());
    assertEquals(Phase.BACKWARD, found.phase());
    assertEquals("backward of sqrt in block layers.3 made, for input 0, Infinity at element 1 of F64(3)",
        found.getMessage());
  }

  @Test
  void checkpointedBlocksAreTracedTheSameWay() {
    for (Function<Tape, Variable> loss : List.<Function<Tape, Variable>>of(this::logOfZero,
        this::rootOfZero)) {
      var inline = Tracing.firstNonFinite(backend, loss).orElseThrow();
      try (var tape = Tape.checkpointing(step).tracing()) {
        var found = assertThrows(NonFiniteException.class, () -> tape.backward(loss.apply(tape)));
        assertEquals(inline.getMessage(), found.getMessage());
      }
    }
  }

  @Test
  void aParameterThatIsNotFiniteIsNamed() {
    p.value().copyFrom(new double[] {1, 2, Double.NaN});
    var found = Tracing.firstNonFinite(backend, this::logOfZero).orElseThrow();
    assertEquals("forward of square in block layers.2 made NaN at element 2 of F64(3); its input 0, p, came"
        + " with NaN at element 2 of F64(3)", found.getMessage());
  }

  @Test
  void aFiniteStepHasNothingToReport() {
    assertEquals(Optional.empty(), Tracing.firstNonFinite(backend, tape -> tape.sum(tape.square(p))));
  }

  @Test
  void withoutTracingTheLossIsLookedAtBeforeAnyGradientIsTouched() {
    try (var tape = Tape.recording(step)) {
      var loss = logOfZero(tape);
      var failure = assertThrows(NonFiniteException.class, () -> tape.backward(loss));
      assertTrue(failure.getMessage().contains("the loss, made by sum, is Infinity"), failure.getMessage());
      assertNull(p.grad());
    }
  }

  @Test
  void tracingComesFirst() {
    try (var tape = Tape.recording(step)) {
      tape.exp(p);
      assertThrows(IllegalStateException.class, tape::tracing);
    }
  }
}
