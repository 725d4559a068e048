package linnet.tensor.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.LogProbKernels;
import linnet.tensor.MemoryLimitException;
import linnet.tensor.MemoryPlan.Allocation;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;

class PlanningBackendTest {
  @Test
  void countsThePeakAndNotTheSum() {
    try (var planner = Backends.planning(); var training = planner.scope("training")) {
      training.allocate(DType.F32, 16);
      for (int step = 0; step < 3; step++) {
        try (var scope = planner.scope("step")) {
          var x = scope.zeros(DType.F32, 100, 16);
          var y = scope.allocate(DType.F32, 100, 16);
          scope.release(x);
          scope.allocate(DType.F32, 50, 16);
          assertArrayEquals(new float[1600], y.toFloats());
        }
      }
      var plan = planner.plan();
      assertEquals(64 + 2 * 6400, plan.peakBytes());
      assertEquals(plan.peakBytes(), plan.reservedBytes());
      assertEquals(new Allocation(DType.F32, Shape.of(100, 16), "step", 6), plan.allocations().getFirst());
      assertEquals(new Allocation(DType.F32, Shape.of(16), "training", 1), plan.allocations().getLast());
    }
  }

  @Test
  void theHeadNeedsOneChunkOfLogitsHoweverManyTokens() {
    int tokens = 5000;
    int vocabulary = 49152;
    try (var planner = Backends.planning(); var step = planner.scope("step")) {
      var w = step.allocate(DType.BF16, vocabulary, 4);
      var h = step.allocate(DType.F32, tokens, 4);
      planner.crossEntropy(step.allocate(DType.F32, 1), step.allocate(DType.F32, tokens, 4), null, h, w,
          step.allocate(DType.I32, tokens), step.allocate(DType.F32, tokens));
      var largest = planner.plan().allocations().getFirst();
      assertEquals(new Allocation(DType.F32, Shape.of(LogProbKernels.CHUNK, vocabulary), "crossEntropy", 1),
          largest);
    }
  }

  @Test
  void adoptedMemoryCountsNothing() {
    try (var arena = Arena.ofConfined(); var planner = Backends.planning();
        var model = planner.scope("model")) {
      var w = planner.adopt(model, DType.Q8_0, Shape.of(4, 32), arena.allocate(4 * 34));
      assertEquals(DType.Q8_0, w.dtype());
      assertEquals(0, planner.plan().peakBytes());
      assertTrue(planner.plan().allocations().isEmpty());
    }
  }

  @Test
  void findsUseAfterTheEndAsARealBackendDoes() {
    try (var planner = Backends.planning(); var step = planner.scope("step")) {
      var x = step.allocate(DType.F32, 4);
      step.release(x);
      assertThrows(IllegalStateException.class, () -> planner.fill(x, 0));
    }
  }

  @Test
  void keepsToTheLimit() {
    try (var planner = Backends.planning(); var step = planner.scope("step")) {
      planner.limitBytes(1 << 20);
      step.allocate(DType.F32, 1 << 18);
      assertThrows(MemoryLimitException.class, () -> step.allocate(DType.F32, 1));
      assertEquals(1 << 20, planner.reservedBytes());
    }
  }

  @Test
  void refusesTensorsOfAnotherBackend() {
    try (var planner = Backends.planning(); var other = Backends.reference();
        var scope = other.scope("other")) {
      var x = scope.zeros(DType.F32, 1);
      var error = assertThrows(IllegalArgumentException.class, () -> planner.fill(x, 1));
      assertTrue(error.getMessage().contains("another backend"), error.getMessage());
    }
  }

  @Test
  void whatWasPlannedFitsIntoWhatIsReserved() {
    try (var planner = Backends.planning(); var vector = Backends.vector(2)) {
      long planned = headBetweenGaps(planner);
      assertTrue(planned > planner.plan().peakBytes(), "the gaps are counted");
      vector.reserve(planner.plan());
      vector.limitBytes(planned);
      assertEquals(planned, headBetweenGaps(vector));
    }
  }

  /** Logits, gradients and their scratch, too large for the gap that a released tensor leaves. */
  private static long headBetweenGaps(Backend backend) {
    int tokens = LogProbKernels.CHUNK + 6;
    int vocabulary = 5000;
    try (var step = backend.scope("step")) {
      var before = step.allocate(DType.F32, LogProbKernels.CHUNK, vocabulary - 1);
      var h = step.zeros(DType.F32, tokens, 8);
      step.release(before);
      var w = step.zeros(DType.BF16, vocabulary, 8);
      var targets = step.zeros(DType.I32, tokens);
      var dh = step.allocate(DType.F32, tokens, 8);
      var loss = step.allocate(DType.F32, 1);
      backend.crossEntropy(loss, dh, null, h, w, targets, step.zeros(DType.F32, tokens));
      return backend.reservedBytes();
    }
  }
}
