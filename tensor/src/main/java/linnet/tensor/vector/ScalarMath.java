package linnet.tensor.vector;

import static linnet.tensor.vector.Polynomials.*;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/** The elementary functions of one F32 number, within 2.5 units in the last place, alike on every machine. */
final class ScalarMath {
  private ScalarMath() {}

  static float apply(Unary f, float x) {
    return switch (f) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
      case EXP -> exp(x);
      case LOG -> log(x);
      case SQRT -> (float) Math.sqrt(x);
      case RSQRT -> 1 / (float) Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case SQUARE -> x * x;
      case TANH -> tanh(x);
      case SIGMOID -> sigmoid(x);
      case SIN -> sin(x);
      case COS -> cos(x);
      case RELU -> Math.max(x, 0);
      case ERF -> erf(x);
    };
  }

  static float apply(Binary f, float a, float b) {
    return switch (f) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
      case POW -> (float) StrictMath.pow(a, b);
      case GREATER -> a > b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  static float exp(float x) {
    float t = Math.fma(x, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float q = Math.fma(r, EXP_4, EXP_3);
    q = Math.fma(r, q, EXP_2);
    q = Math.fma(r, q, EXP_1);
    q = Math.fma(r, q, EXP_0);
    float p = 1 + Math.fma(r * r, q, r);
    int k = Float.floatToRawIntBits(t) - ROUND_BITS;
    int half = k >> 1;
    float y = p * powerOfTwo(half) * powerOfTwo(k - half);
    return x > EXP_MAX ? Float.POSITIVE_INFINITY : x < EXP_MIN ? 0 : y;
  }

  /**
   * e^x for x up to 88, and zero where it is subnormal: less work than {@link #exp}, for weights that are at
   * most 1.
   */
  static float expOrZero(float x) {
    float t = Math.fma(x, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float q = Math.fma(r, EXP_4, EXP_3);
    q = Math.fma(r, q, EXP_2);
    q = Math.fma(r, q, EXP_1);
    q = Math.fma(r, q, EXP_0);
    float p = Math.fma(r * r, q, r) + 1;
    float power = Float.intBitsToFloat(Float.floatToRawIntBits(t) + POWER_BITS << MANTISSA_BITS);
    return x < EXP_NORMAL ? 0 : p * power;
  }

  /** The sigmoid, and zero where its exponential is subnormal. */
  static float sigmoidOrZero(float x) {
    float z = expOrZero(-Math.abs(x));
    return (x < 0 ? z : 1) / (z + 1);
  }

  private static float powerOfTwo(int k) {
    return Float.intBitsToFloat(k + ONE_BITS << MANTISSA_BITS);
  }

  static float log(float x) {
    boolean subnormal = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(subnormal ? x * SUBNORMAL_SCALE : x);
    int k = bits - SQRT_HALF_BITS >> MANTISSA_BITS;
    float f = Float.intBitsToFloat(bits - (k << MANTISSA_BITS)) - 1;
    float e = (float) k - (subnormal ? MANTISSA_BITS : 0);
    float q = Math.fma(f, LOG_8, LOG_7);
    q = Math.fma(f, q, LOG_6);
    q = Math.fma(f, q, LOG_5);
    q = Math.fma(f, q, LOG_4);
    q = Math.fma(f, q, LOG_3);
    q = Math.fma(f, q, LOG_2);
    q = Math.fma(f, q, LOG_1);
    q = Math.fma(f, q, LOG_0);
    float z = f * f;
    float r = Math.fma(e, LN2_LOW, f * z * q);
    r = f + Math.fma(z, -0.5f, r);
    float y = Math.fma(e, LN2_HIGH, r);
    return !(x >= 0) ? Float.NaN : x == 0 ? Float.NEGATIVE_INFINITY : x == Float.POSITIVE_INFINITY ? x : y;
  }

  static float tanh(float x) {
    float a = Math.abs(x);
    float u = a * a;
    float q = Math.fma(u, TANH_5, TANH_4);
    q = Math.fma(u, q, TANH_3);
    q = Math.fma(u, q, TANH_2);
    q = Math.fma(u, q, TANH_1);
    q = Math.fma(u, q, TANH_0);
    float small = Math.fma(a * u, q, a);
    float large = 1 - 2 / (exp(a + a) + 1);
    return withSign(a < TANH_SMALL ? small : large, x);
  }

  static float sigmoid(float x) {
    float z = exp(-Math.abs(x));
    return (x < 0 ? z : 1) / (1 + z);
  }

  static float sin(float x) {
    float a = Math.abs(x);
    return a <= ANGLE_MAX ? withSign(1, x) * wave(a, 0) : (float) StrictMath.sin(x);
  }

  static float cos(float x) {
    float a = Math.abs(x);
    return a <= ANGLE_MAX ? wave(a, 1) : (float) StrictMath.cos(x);
  }

  /** sin(a + quarters · π/2) for 0 ≤ a ≤ ANGLE_MAX. */
  private static float wave(float a, int quarters) {
    float t = Math.fma(a, TWO_BY_PI, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -HALF_PI_HIGH, a);
    r = Math.fma(n, -HALF_PI_MIDDLE, r);
    r = Math.fma(n, -HALF_PI_LOW, r);
    float u = r * r;
    float s = Math.fma(u, SIN_3, SIN_2);
    s = Math.fma(u, s, SIN_1);
    s = Math.fma(u, s, SIN_0);
    s = Math.fma(r * u, s, r);
    float c = Math.fma(u, COS_3, COS_2);
    c = Math.fma(u, c, COS_1);
    c = Math.fma(u, c, COS_0);
    c = Math.fma(u, c, -0.5f);
    c = Math.fma(u, c, 1f);
    int k = Float.floatToRawIntBits(t) - ROUND_BITS + quarters;
    float y = (k & 1) == 0 ? s : c;
    return Float.intBitsToFloat(Float.floatToRawIntBits(y) ^ (k & 2) << 30);
  }

  static float erf(float x) {
    float a = Math.abs(x);
    float u = a * a;
    float q = Math.fma(u, ERF_7, ERF_6);
    q = Math.fma(u, q, ERF_5);
    q = Math.fma(u, q, ERF_4);
    q = Math.fma(u, q, ERF_3);
    q = Math.fma(u, q, ERF_2);
    q = Math.fma(u, q, ERF_1);
    q = Math.fma(u, q, ERF_0);
    float small = Math.fma(a, q, a);
    float b = a > ERF_MAX ? ERF_MAX : a;
    float p = Math.fma(b, ERFC_9, ERFC_8);
    p = Math.fma(b, p, ERFC_7);
    p = Math.fma(b, p, ERFC_6);
    p = Math.fma(b, p, ERFC_5);
    p = Math.fma(b, p, ERFC_4);
    p = Math.fma(b, p, ERFC_3);
    p = Math.fma(b, p, ERFC_2);
    p = Math.fma(b, p, ERFC_1);
    p = Math.fma(b, p, ERFC_0);
    float large = 1 - exp(-p);
    return withSign(a < ERF_SMALL ? small : large, x);
  }

  /** {@code magnitude} ≥ 0 with the sign of {@code x}. */
  private static float withSign(float magnitude, float x) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) | Float.floatToRawIntBits(x) & SIGN_BIT);
  }
}
