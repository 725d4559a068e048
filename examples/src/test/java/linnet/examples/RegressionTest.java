package linnet.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import linnet.tensor.Backends;
import org.junit.jupiter.api.Test;

class RegressionTest {
  @Test
  void findsTheLine() {
    try (var vector = Backends.vector(); var reference = Backends.reference()) {
      assertArrayEquals(new float[] {3, -1, 0.5f}, Regression.fit(vector), 1e-4f);
      assertArrayEquals(new float[] {3, -1, 0.5f}, Regression.fit(reference), 1e-4f);
    }
  }
}
