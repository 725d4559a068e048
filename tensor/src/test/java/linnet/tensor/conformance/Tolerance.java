package linnet.tensor.conformance;

/** How far a backend may be from the definition in F64, and why. */
enum Tolerance {
  /** Moving, comparing and counting numbers rounds nothing. */
  EXACT(0, 0),
  /** One or two roundings to F32, half a unit of 2⁻²³ each. */
  ROUNDED(2.5e-7, 1e-37),
  /**
   * Our polynomials for exp, log, tanh, sin, erf and the like: a few units in the last place, more near a
   * zero.
   */
  ELEMENTARY(1e-6, 2e-7),
  /**
   * Sums of some hundred products of standard normal numbers in F32: each partial sum rounds by 2⁻²⁴ of its
   * size, and sums cancel, so the error does not shrink with the result.
   */
  SUMMED(1e-5, 2e-5),
  /** Several sums and elementary functions one after the other, as in attention and its gradients. */
  FUSED(5e-5, 5e-5),
  /** F32 rounded once more to BF16 may fall on the other side of a tie: one unit of 2⁻⁷. */
  HALF(8e-3, 1e-6);

  private final double relative;
  private final double absolute;

  Tolerance(double relative, double absolute) {
    this.relative = relative;
    this.absolute = absolute;
  }

  boolean accepts(double expected, double actual) {
    return Double.compare(expected, actual) == 0 || expected == actual
        || Math.abs(expected - actual) <= absolute + relative * Math.abs(expected);
  }
}
