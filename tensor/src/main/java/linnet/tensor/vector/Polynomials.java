package linnet.tensor.vector;

/**
 * Coefficients of the elementary functions, highest power first: Chebyshev fits in 40 digits, rounded to F32.
 * {@link ScalarMath} and {@code VectorMath} evaluate them in the same order of fused multiply-adds.
 */
final class Polynomials {
  /**
   * Added and subtracted again, it rounds a small number to the nearest integer; its low bits are that
   * integer.
   */
  static final float ROUND = 0x1.8p23f;
  static final int ROUND_BITS = 0x4B400000;
  static final int ONE_BITS = 127;
  static final int MANTISSA_BITS = 23;
  static final int SIGN_BIT = 0x80000000;

  static final float LOG2_E = 1.44269504f;
  static final float LN2_HIGH = 0x1.62e43p-1f;
  static final float LN2_LOW = -0x1.05c61p-29f;

  /** Beyond these e^x is infinite and zero; between them 2ⁿ is made of two factors in range. */
  static final float EXP_MAX = 100f;
  static final float EXP_MIN = -110f;

  /** Below it e^x is subnormal. */
  static final float EXP_NORMAL = -87.3f;
  /** Makes of the bits of a rounded sum, shifted by the mantissa's, those of the power of two. */
  static final int POWER_BITS = ONE_BITS - ROUND_BITS;

  /** (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2. */
  static final float EXP_4 = 0.00139266078f;
  static final float EXP_3 = 0.00836351886f;
  static final float EXP_2 = 0.0416665524f;
  static final float EXP_1 = 0.166665748f;
  static final float EXP_0 = 0.5f;

  static final int SQRT_HALF_BITS = 0x3F3504F3;
  static final float SUBNORMAL_SCALE = 0x1p23f;

  /** (log(1+f) − f + f²/2) / f³ for √½ ≤ 1+f ≤ √2. */
  static final float LOG_8 = 0.0697161183f;
  static final float LOG_7 = -0.114797339f;
  static final float LOG_6 = 0.116854198f;
  static final float LOG_5 = -0.124256872f;
  static final float LOG_4 = 0.142490581f;
  static final float LOG_3 = -0.166678026f;
  static final float LOG_2 = 0.200007156f;
  static final float LOG_1 = -0.24999997f;
  static final float LOG_0 = 0.333333313f;

  static final float TANH_SMALL = 0.625f;

  /** (tanh x − x) / x³ over x², for |x| below {@link #TANH_SMALL}. */
  static final float TANH_5 = 0.00229274482f;
  static final float TANH_4 = -0.00834394526f;
  static final float TANH_3 = 0.0217689183f;
  static final float TANH_2 = -0.0539592579f;
  static final float TANH_1 = 0.133333042f;
  static final float TANH_0 = -0.333333343f;

  /** Up to here π/2 in three parts reduces an angle without loss. */
  static final float ANGLE_MAX = 0x1p17f;
  static final float TWO_BY_PI = 0.636619747f;
  static final float HALF_PI_HIGH = 0x1.921fb6p0f;
  static final float HALF_PI_MIDDLE = -0x1.777a5cp-25f;
  static final float HALF_PI_LOW = -0x1.ee59dap-50f;

  /** (sin r − r) / r³ over r², for |r| ≤ π/4. */
  static final float SIN_3 = 2.72493139e-06f;
  static final float SIN_2 = -0.000198400827f;
  static final float SIN_1 = 0.00833333191f;
  static final float SIN_0 = -0.166666672f;

  /** (cos r − 1 + r²/2) / r⁴ over r², for |r| ≤ π/4. */
  static final float COS_3 = -2.73004474e-07f;
  static final float COS_2 = 2.48005963e-05f;
  static final float COS_1 = -0.00138888881f;
  static final float COS_0 = 0.0416666679f;

  static final float ERF_SMALL = 1f;

  /** From here on erf x is 1 in F32. */
  static final float ERF_MAX = 4f;

  /** erf(x) / x − 1 over x², for |x| below {@link #ERF_SMALL}. */
  static final float ERF_7 = -9.66704465e-06f;
  static final float ERF_6 = 0.000112659589f;
  static final float ERF_5 = -0.000848408032f;
  static final float ERF_4 = 0.00522103161f;
  static final float ERF_3 = -0.0268654302f;
  static final float ERF_2 = 0.112837821f;
  static final float ERF_1 = -0.376126379f;
  static final float ERF_0 = 0.128379166f;

  /** −log(1 − erf x) from {@link #ERF_SMALL} to {@link #ERF_MAX}. */
  static final float ERFC_9 = 7.58268186e-08f;
  static final float ERFC_8 = -3.32168452e-06f;
  static final float ERFC_7 = 6.22983498e-05f;
  static final float ERFC_6 = -0.000685836654f;
  static final float ERFC_5 = 0.00506494706f;
  static final float ERFC_4 = -0.0270995237f;
  static final float ERFC_3 = 0.111055017f;
  static final float ERFC_2 = 0.630953014f;
  static final float ERFC_1 = 1.1306752f;
  static final float ERFC_0 = -0.000416329218f;

  private Polynomials() {}
}
