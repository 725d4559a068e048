package linnet.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How far computed values are from expected ones. */
public final class Closeness {
  private Closeness() {}

  /** ‖found − expected‖ / ‖expected‖. */
  public static double relativeError(double[] expected, double[] found) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += (found[i] - expected[i]) * (found[i] - expected[i]);
      size += expected[i] * expected[i];
    }
    return Math.sqrt(difference / size);
  }

  /** The {@linkplain #relativeError relative error} must be at most {@code tolerance}. */
  public static void assertClose(String what, double[] expected, double[] found, double tolerance) {
    assertEquals(expected.length, found.length, what);
    double error = relativeError(expected, found);
    assertTrue(error <= tolerance, () -> what + ": relative error " + error + ", allowed " + tolerance);
  }

  /** |found − expected| / |expected| must be at most {@code tolerance}. */
  public static void assertClose(String what, double expected, double found, double tolerance) {
    assertClose(what, new double[] {expected}, new double[] {found}, tolerance);
  }
}
