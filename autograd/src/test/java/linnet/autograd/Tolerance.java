package linnet.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** How far two results may lie apart, and why. */
enum Tolerance {
  /**
   * One op in F32 against F64, on values around 1: a few dozen roundings of 2⁻²⁴ relative to the largest
   * element, which sums may cancel against.
   */
  ONE_OP(2e-5),
  /** Two decoder layers and a loss in F32 against F64: the roundings of some twenty ops in a row. */
  DECODER(2e-4);

  private final double relative;

  Tolerance(double relative) {
    this.relative = relative;
  }

  /** Compares element by element, relative to the largest expected one or 1. */
  void check(String what, double[] expected, double[] actual) {
    assertEquals(expected.length, actual.length, what);
    double largest = 1;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], relative * largest, what + " at element " + i);
    }
  }
}
