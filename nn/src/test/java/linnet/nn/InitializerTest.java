package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import org.junit.jupiter.api.Test;

class InitializerTest {
  private static final RandomKey KEY = RandomKey.of(3).derive("test");

  private static double[] filled(Initializer initializer, int... sizes) {
    try (var backend = Backends.reference(); var scope = backend.scope("test")) {
      var tensor = scope.allocate(DType.F64, sizes);
      initializer.fill(tensor, KEY);
      return tensor.toDoubles();
    }
  }

  @Test
  void normalHasItsDeviation() {
    var values = filled(new Initializer.Normal(0.02), 300, 250);
    double mean = Arrays.stream(values).average().orElseThrow();
    double deviation = Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
    assertEquals(0, mean, 3e-4);
    assertEquals(0.02, deviation, 2e-4);
  }

  @Test
  void uniformFillsItsRange() {
    var values = filled(new Initializer.Uniform(0.25), 100, 100);
    assertEquals(-0.25, Arrays.stream(values).min().orElseThrow(), 1e-3);
    assertEquals(0.25, Arrays.stream(values).max().orElseThrow(), 1e-3);
    assertTrue(Arrays.stream(values).allMatch(v -> v >= -0.25 && v < 0.25));
    double deviation = Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
    assertEquals(0.25 / Math.sqrt(3), deviation, 2e-3);
  }

  @Test
  void everyElementDependsOnItsIndexAlone() {
    var large = filled(new Initializer.Normal(1), 70_001);
    assertArrayEquals(filled(new Initializer.Normal(1), 5), Arrays.copyOf(large, 5));
    assertEquals(KEY.normal(70_000), large[70_000]);
  }

  @Test
  void constantIsConstant() {
    assertArrayEquals(new double[] {1, 1, 1}, filled(new Initializer.Constant(1), 3));
  }
}
