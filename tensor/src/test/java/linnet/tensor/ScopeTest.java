package linnet.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lifetimes, as every backend has them from the base class. */
class ScopeTest {
  private final Backend backend = Backends.reference();

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void aTensorOfAClosedScopeThrowsAndNamesTheScope() {
    Tensor lost;
    try (var step = backend.scope("step 17")) {
      lost = step.zeros(DType.F32, 2, 2);
      assertTrue(lost.isAlive());
    }
    assertFalse(lost.isAlive());
    var error = assertThrows(IllegalStateException.class, lost::toFloats);
    assertEquals("this tensor belongs to scope \"step 17\", which was closed or reset: copy what you need to"
        + " keep with Tensor.keep(scope) before that", error.getMessage());
    assertThrows(IllegalStateException.class, () -> lost.transpose().toFloats());
  }

  @Test
  void aResetScopeIsUsableButItsTensorsAreGone() {
    try (var step = backend.scope("step")) {
      var before = step.zeros(DType.F32, 3);
      step.reset();
      assertThrows(IllegalStateException.class, before::toFloats);
      assertArrayEquals(new float[3], step.zeros(DType.F32, 3).toFloats());
    }
  }

  @Test
  void nothingIsAllocatedInAClosedScope() {
    var scope = backend.scope("model");
    scope.close();
    scope.close();
    assertEquals("scope \"model\" is closed: nothing can be allocated in it",
        assertThrows(IllegalStateException.class, () -> scope.zeros(DType.F32, 1)).getMessage());
  }

  @Test
  void releaseEndsEveryViewOfAStorageOnce() {
    try (var step = backend.scope("step"); var other = backend.scope("other")) {
      var x = step.zeros(DType.F32, 4, 4);
      var view = x.slice(0, 1, 2);
      assertThrows(IllegalArgumentException.class, () -> other.release(x));
      step.release(view);
      var error = assertThrows(IllegalStateException.class, x::toFloats);
      assertTrue(error.getMessage().contains("scope \"step\""), error.getMessage());
      assertThrows(IllegalStateException.class, () -> step.release(x));
      assertEquals(0, step.liveBytes());
    }
  }

  @Test
  void keepOutlivesTheScope() {
    try (var training = backend.scope("training")) {
      Tensor kept;
      try (var step = backend.scope("step")) {
        kept = step.floats(new float[] {1, 2, 3, 4}, 2, 2).transpose().keep(training);
      }
      assertArrayEquals(new float[] {1, 3, 2, 4}, kept.toFloats());
      assertEquals("training", kept.scope().name());
    }
  }

  @Test
  void countsLiveAndPeakBytesByDtype() {
    try (var step = backend.scope("step")) {
      var a = step.zeros(DType.F32, 10);
      step.zeros(DType.BF16, 10);
      assertEquals(60, step.liveBytes());
      step.release(a);
      step.zeros(DType.F64, 1);
      assertEquals(28, step.liveBytes());
      step.reset();
      assertEquals(0, step.liveBytes());
      assertEquals(60, step.peakBytes());
    }
  }

  @Test
  void releasingAdoptedMemoryNeverGoesBelowZero() {
    try (var arena = Arena.ofConfined(); var planner = Backends.planning();
        var model = planner.scope("model")) {
      var adopted = planner.adopt(model, DType.F32, Shape.of(8), arena.allocate(32));
      assertEquals(0, model.liveBytes());
      model.release(adopted);
      assertEquals(0, model.liveBytes());
      assertFalse(adopted.isAlive());
    }
  }
}
