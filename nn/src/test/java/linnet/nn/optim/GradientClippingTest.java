package linnet.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import linnet.autograd.Tape;
import linnet.nn.TestBackend;
import linnet.nn.TrainableParam;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GradientClippingTest {
  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theNormIsOfAllGradientsTogether(TestBackend test) {
    try (var backend = test.open();
        var training = backend.scope("training"); var step = backend.scope("step");
        var tape = Tape.recording(step)) {
      var a = new TrainableParam("a", training.zeros(test.dtype(), 9));
      var b = new TrainableParam("b", training.zeros(test.dtype(), 4, 4));
      var without = new TrainableParam("without gradient", training.zeros(test.dtype(), 3));
      tape.backward(tape.add(tape.sum(tape.scale(a.variable(), 3)), tape.sum(tape.scale(b.variable(), -2))));
      assertEquals(Math.sqrt(9 * 9 + 16 * 4), GradientClipping.globalNorm(List.of(a, without, b)), 1e-12);
      assertEquals(0, GradientClipping.globalNorm(List.of(without)));
    }
  }

  @Test
  void onlyLongGradientsAreScaled() {
    assertEquals(1, GradientClipping.scale(0, 1));
    assertEquals(1, GradientClipping.scale(0.9, 1));
    assertEquals(0.5, GradientClipping.scale(4, 2), 1e-6);
    assertTrue(Double.isNaN(GradientClipping.scale(Double.NaN, 1)));
  }
}
