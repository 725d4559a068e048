package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;

/** The example of {@code package-info.java}, run. */
class RegressionExampleTest {
  // Finds w in y = x · wᵀ, where the last column of x is 1, by gradient descent.
  static double[] fit(Backend backend) {
    try (var training = backend.scope("training")) {
      var x = Variable.constant(training.floats(new float[] {0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1}, 4, 3));
      var y = Variable.constant(training.floats(new float[] {0.5f, 3.5f, -0.5f, 2.5f}, 4, 1));
      var w = Variable.parameter("w", training.zeros(DType.F32, 1, 3));
      for (int i = 0; i < 500; i++) {
        try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
          var loss = tape.mean(tape.square(tape.sub(tape.linear(x, w), y)));
          tape.backward(loss);
          backend.addScaled(w.value(), w.grad(), -0.3);
          w.clearGrad();
        }
      }
      return w.value().toDoubles();
    }
  }

  @Test
  void fitsALine() {
    try (var backend = Backends.reference()) {
      assertArrayEquals(new double[] {3, -1, 0.5}, fit(backend), 1e-6);
    }
  }

  @Test
  void isWhatThePackageShows() throws IOException {
    var here = Files.readString(Path.of("src/test/java/linnet/autograd/RegressionExampleTest.java"));
    var shown = Files.readString(Path.of("src/main/java/linnet/autograd/package-info.java"));
    var example = here.substring(here.indexOf("// Finds w"), here.indexOf("\n  @Test")).strip();
    assertFalse(example.isEmpty());
    var snippet = shown.substring(shown.indexOf("// Finds w"), shown.indexOf("\n * }\n *\n * <p>"));
    assertEquals(example.replace("\n  ", "\n"), snippet.replace("\n * ", "\n"));
  }
}
