package linnet.tensor.vector;

import static linnet.tensor.vector.Polynomials.*;
import static linnet.tensor.vector.Width.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link ScalarMath}, lane by lane: the same operations in the same order, so the same bits. */
final class VectorMath {
  private VectorMath() {}

  static FloatVector exp(FloatVector x) {
    var t = x.fma(broadcast(LOG2_E), broadcast(ROUND));
    var n = t.sub(ROUND);
    var r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), x));
    var q = r.fma(broadcast(EXP_4), broadcast(EXP_3));
    q = r.fma(q, broadcast(EXP_2));
    q = r.fma(q, broadcast(EXP_1));
    q = r.fma(q, broadcast(EXP_0));
    var p = r.mul(r).fma(q, r).add(1f);
    var k = t.reinterpretAsInts().sub(ROUND_BITS);
    var half = k.lanewise(VectorOperators.ASHR, 1);
    var y = p.mul(powerOfTwo(half)).mul(powerOfTwo(k.sub(half)));
    return y.blend(0f, x.compare(VectorOperators.LT, EXP_MIN))
        .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, EXP_MAX));
  }

  /** See {@link ScalarMath#expOrZero}. */
  static FloatVector expOrZero(FloatVector x) {
    var t = x.fma(broadcast(LOG2_E), broadcast(ROUND));
    var n = t.sub(broadcast(ROUND));
    var r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), x));
    var q = r.fma(broadcast(EXP_4), broadcast(EXP_3));
    q = r.fma(q, broadcast(EXP_2));
    q = r.fma(q, broadcast(EXP_1));
    q = r.fma(q, broadcast(EXP_0));
    var p = r.mul(r).fma(q, r).add(broadcast(1f));
    var power = t.reinterpretAsInts().add(POWER_BITS).lanewise(VectorOperators.LSHL, MANTISSA_BITS);
    return p.mul(power.reinterpretAsFloats()).blend(0f, x.compare(VectorOperators.LT, EXP_NORMAL));
  }

  /** See {@link ScalarMath#sigmoidOrZero}. */
  static FloatVector sigmoidOrZero(FloatVector x) {
    var one = broadcast(1f);
    var z = expOrZero(x.abs().neg());
    return one.blend(z, x.compare(VectorOperators.LT, 0f)).div(z.add(one));
  }

  private static FloatVector powerOfTwo(IntVector k) {
    return k.add(ONE_BITS).lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats();
  }

  static FloatVector log(FloatVector x) {
    var subnormal = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    var bits = x.blend(x.mul(SUBNORMAL_SCALE), subnormal).reinterpretAsInts();
    var k = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, MANTISSA_BITS);
    var f = bits.sub(k.lanewise(VectorOperators.LSHL, MANTISSA_BITS)).reinterpretAsFloats().sub(1f);
    var e = (FloatVector) k.convert(VectorOperators.I2F, 0);
    e = e.blend(e.sub(MANTISSA_BITS), subnormal);
    var q = f.fma(broadcast(LOG_8), broadcast(LOG_7));
    q = f.fma(q, broadcast(LOG_6));
    q = f.fma(q, broadcast(LOG_5));
    q = f.fma(q, broadcast(LOG_4));
    q = f.fma(q, broadcast(LOG_3));
    q = f.fma(q, broadcast(LOG_2));
    q = f.fma(q, broadcast(LOG_1));
    q = f.fma(q, broadcast(LOG_0));
    var z = f.mul(f);
    var r = e.fma(broadcast(LN2_LOW), f.mul(z).mul(q));
    r = f.add(z.fma(broadcast(-0.5f), r));
    var y = e.fma(broadcast(LN2_HIGH), r);
    return y.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
        .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f))
        .blend(Float.NaN, x.compare(VectorOperators.GE, 0f).not());
  }

  static FloatVector tanh(FloatVector x) {
    var a = x.abs();
    var u = a.mul(a);
    var q = u.fma(broadcast(TANH_5), broadcast(TANH_4));
    q = u.fma(q, broadcast(TANH_3));
    q = u.fma(q, broadcast(TANH_2));
    q = u.fma(q, broadcast(TANH_1));
    q = u.fma(q, broadcast(TANH_0));
    var small = a.mul(u).fma(q, a);
    var large = broadcast(1f).sub(broadcast(2f).div(exp(a.add(a)).add(1f)));
    return withSign(large.blend(small, a.compare(VectorOperators.LT, TANH_SMALL)), x);
  }

  static FloatVector sigmoid(FloatVector x) {
    var z = exp(x.abs().neg());
    return broadcast(1f).blend(z, x.compare(VectorOperators.LT, 0f)).div(z.add(1f));
  }

  /** For |x| ≤ {@link Polynomials#ANGLE_MAX}. */
  static FloatVector sin(FloatVector x) {
    return withSign(broadcast(1f), x).mul(wave(x.abs(), 0));
  }

  /** For |x| ≤ {@link Polynomials#ANGLE_MAX}. */
  static FloatVector cos(FloatVector x) {
    return wave(x.abs(), 1);
  }

  /** Whether {@link #sin} and {@link #cos} are defined for every lane. */
  static boolean anglesAreSmall(FloatVector x) {
    return x.abs().compare(VectorOperators.LE, ANGLE_MAX).allTrue();
  }

  private static FloatVector wave(FloatVector a, int quarters) {
    var t = a.fma(broadcast(TWO_BY_PI), broadcast(ROUND));
    var n = t.sub(ROUND);
    var r = n.fma(broadcast(-HALF_PI_HIGH), a);
    r = n.fma(broadcast(-HALF_PI_MIDDLE), r);
    r = n.fma(broadcast(-HALF_PI_LOW), r);
    var u = r.mul(r);
    var s = u.fma(broadcast(SIN_3), broadcast(SIN_2));
    s = u.fma(s, broadcast(SIN_1));
    s = u.fma(s, broadcast(SIN_0));
    s = r.mul(u).fma(s, r);
    var c = u.fma(broadcast(COS_3), broadcast(COS_2));
    c = u.fma(c, broadcast(COS_1));
    c = u.fma(c, broadcast(COS_0));
    c = u.fma(c, broadcast(-0.5f));
    c = u.fma(c, broadcast(1f));
    var k = t.reinterpretAsInts().sub(ROUND_BITS).add(quarters);
    var even = k.lanewise(VectorOperators.AND, 1).compare(VectorOperators.EQ, 0).cast(Width.S);
    var y = c.blend(s, even);
    var sign = k.lanewise(VectorOperators.AND, 2).lanewise(VectorOperators.LSHL, 30);
    return y.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
  }

  static FloatVector erf(FloatVector x) {
    var a = x.abs();
    var u = a.mul(a);
    var q = u.fma(broadcast(ERF_7), broadcast(ERF_6));
    q = u.fma(q, broadcast(ERF_5));
    q = u.fma(q, broadcast(ERF_4));
    q = u.fma(q, broadcast(ERF_3));
    q = u.fma(q, broadcast(ERF_2));
    q = u.fma(q, broadcast(ERF_1));
    q = u.fma(q, broadcast(ERF_0));
    var small = a.fma(q, a);
    var b = a.blend(ERF_MAX, a.compare(VectorOperators.GT, ERF_MAX));
    var p = b.fma(broadcast(ERFC_9), broadcast(ERFC_8));
    p = b.fma(p, broadcast(ERFC_7));
    p = b.fma(p, broadcast(ERFC_6));
    p = b.fma(p, broadcast(ERFC_5));
    p = b.fma(p, broadcast(ERFC_4));
    p = b.fma(p, broadcast(ERFC_3));
    p = b.fma(p, broadcast(ERFC_2));
    p = b.fma(p, broadcast(ERFC_1));
    p = b.fma(p, broadcast(ERFC_0));
    var large = broadcast(1f).sub(exp(p.neg()));
    return withSign(large.blend(small, a.compare(VectorOperators.LT, ERF_SMALL)), x);
  }

  /** {@code magnitude} ≥ 0 with the signs of {@code x}. */
  private static FloatVector withSign(FloatVector magnitude, FloatVector x) {
    var sign = x.reinterpretAsInts().lanewise(VectorOperators.AND, SIGN_BIT);
    return magnitude.reinterpretAsInts().lanewise(VectorOperators.OR, sign).reinterpretAsFloats();
  }
}
