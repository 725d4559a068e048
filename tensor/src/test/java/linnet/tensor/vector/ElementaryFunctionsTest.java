package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import linnet.tensor.ElementwiseKernels.Unary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The polynomials against {@link StrictMath}, and their two forms against each other, over the whole F32
 * range.
 */
class ElementaryFunctionsTest {
  /** A prime, so that samples of the bit patterns share no low bits. */
  private static final int STEP = 20011;

  /** What a function may be off by, in units in the last place. */
  record Bound(DoubleUnaryOperator exact, double ulps) {}

  private static final Map<Unary, Bound> BOUNDS = new EnumMap<>(Map.of(
      Unary.EXP, new Bound(StrictMath::exp, 1.1),
      Unary.LOG, new Bound(StrictMath::log, 1),
      Unary.TANH, new Bound(StrictMath::tanh, 2),
      Unary.SIGMOID, new Bound(x -> 1 / (1 + StrictMath.exp(-x)), 2.5),
      Unary.SIN, new Bound(StrictMath::sin, 1.5),
      Unary.COS, new Bound(StrictMath::cos, 1.5),
      Unary.SQRT, new Bound(StrictMath::sqrt, 0.5),
      Unary.RSQRT, new Bound(x -> 1 / StrictMath.sqrt(x), 1.5)));

  private static final float[] SPECIAL = {0f, -0f, 1, -1, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL,
      -Float.MIN_NORMAL, 0x1.fffffcp-127f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY, Float.NaN, 88.72283f, 88.72284f, -87.33654f, -103.97207f, -103.97208f, -104,
      0.625f, 0.62499994f, 1f - 0x1p-24f, 4, 3.9999998f, 131072, 131072.02f, 1e10f};

  @ParameterizedTest
  @EnumSource(names = {"EXP", "LOG", "TANH", "SIGMOID", "SIN", "COS", "SQRT", "RSQRT"})
  void isWithinItsBound(Unary f) {
    var bound = BOUNDS.get(f);
    double worst = 0;
    float at = 0;
    for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; bits += STEP) {
      float x = Float.intBitsToFloat((int) bits);
      double error = ulps(ScalarMath.apply(f, x), bound.exact().applyAsDouble(x));
      if (!(error <= worst)) {
        worst = error;
        at = x;
      }
    }
    for (float x = -20; x < 20; x += 0x1p-13f) { // where the functions are used
      double error = ulps(ScalarMath.apply(f, x), bound.exact().applyAsDouble(x));
      if (!(error <= worst)) {
        worst = error;
        at = x;
      }
    }
    assertTrue(worst <= bound.ulps(), f + "(" + at + ") is off by " + worst + " ulp");
  }

  /** NaN where only one of the two is. */
  private static double ulps(float actual, double exact) {
    float nearest = (float) exact;
    if (Float.compare(actual, nearest) == 0) {
      boolean measurable = Math.abs(nearest) <= Float.MAX_VALUE && nearest != 0;
      return measurable ? Math.abs(actual - exact) / Math.ulp(nearest) : 0;
    }
    if (Float.isInfinite(nearest) || Float.isInfinite(actual) || actual == nearest) {
      return Double.NaN; // a lost sign of zero, or an overflow in one only
    }
    return Math.abs(actual - exact) / Math.ulp(nearest);
  }

  @Test
  void knownValuesOfErf() {
    // Abramowitz and Stegun, table 7.1
    var table = Map.of(0f, 0.0, 0.5f, 0.5204998778, 1f, 0.8427007929, 1.5f, 0.9661051465, 2f, 0.9953222650,
        3f, 0.9999779095, 6f, 1.0);
    table.forEach((x, y) -> {
      assertEquals(y, ScalarMath.erf(x), 1.2e-7, "erf(" + x + ")");
      assertEquals(-y, ScalarMath.erf(-x), 1.2e-7, "erf(-" + x + ")");
    });
    assertTrue(Float.isNaN(ScalarMath.erf(Float.NaN)));
    assertEquals(-1, ScalarMath.erf(Float.NEGATIVE_INFINITY));
  }

  @Test
  void erfIsMonotonous() {
    float last = -1;
    for (float x = -5; x < 5; x += 0x1p-12f) {
      float y = ScalarMath.erf(x);
      assertTrue(y >= last - 0x1p-23f, "erf falls at " + x);
      last = y;
    }
  }

  @ParameterizedTest
  @EnumSource
  void isTheSameToTheBitVectorised(Unary f) {
    var sampled = new float[SPECIAL.length * 16 + (int) ((1L << 32) / STEP) + 1];
    int n = 0;
    for (float x : SPECIAL) { // whole vectors of each, and mixed ones
      for (int i = 0; i < 16; i++) {
        sampled[n++] = i < 8 ? x : SPECIAL[n % SPECIAL.length];
      }
    }
    for (long bits = Integer.MIN_VALUE; n < sampled.length; bits += STEP) {
      sampled[n++] = Float.intBitsToFloat((int) bits);
    }
    try (var arena = Arena.ofConfined()) {
      var x = arena.allocate(4L * n, 64);
      var y = arena.allocate(4L * n, 64);
      MemorySegment.copy(sampled, 0, x, Native.F32, 0, n);
      new VectorElements().unary(f, y, 0, x, 0, n);
      for (int i = 0; i < n; i++) {
        float expected = ScalarMath.apply(f, sampled[i]);
        assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(Native.get(y, i)),
            () -> f + " of " + expected);
      }
    }
  }
}
