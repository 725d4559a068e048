package linnet.sft.template.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Python's numeric tower as far as templates see it: bool is an int, int and float compare exactly. */
final class Numbers {
  private Numbers() {}

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Float || value instanceof Value.Bool;
  }

  static boolean isInteger(Value value) {
    return value instanceof Value.Int || value instanceof Value.Bool;
  }

  static BigInteger integer(Value value) {
    return switch (value) {
      case Value.Int i -> i.value();
      case Value.Bool b -> b.number();
      default -> throw TemplateException.type(
          "'" + value.typeName() + "' object cannot be interpreted as an integer");
    };
  }

  /** An integer that fits an int; larger ones are clamped, as Python clamps slice bounds. */
  static int clamped(Value value) {
    var number = integer(value);
    return number.bitLength() < Integer.SIZE ? number.intValue()
        : number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }

  /** An integer that says how much or how often; where Python's own sizes end, so do these. */
  static int size(Value value) {
    if (integer(value).bitLength() >= Long.SIZE) {
      throw new TemplateException(ErrorKind.OVERFLOW, "cannot fit 'int' into an index-sized integer");
    }
    return clamped(value);
  }

  /** An argument that Python's own functions take as true or false. */
  static boolean flag(Value value) {
    return integer(value).signum() != 0;
  }

  static double toDouble(Value value) {
    if (value instanceof Value.Float f) {
      return f.value();
    }
    var result = integer(value).doubleValue();
    if (Double.isInfinite(result)) {
      throw new TemplateException(ErrorKind.OVERFLOW, "int too large to convert to float");
    }
    return result;
  }

  static boolean equal(Value a, Object other) {
    return other instanceof Value b && isNumber(b) && !isNaN(a) && !isNaN(b) && compare(a, b) == 0;
  }

  static int hash(Value number) {
    if (!(number instanceof Value.Float f)) {
      return KeyedHash.of(integer(number).hashCode());
    }
    var value = f.value();
    return KeyedHash.of(Double.isFinite(value) && value == Math.rint(value)
        ? new BigDecimal(value).toBigInteger().hashCode() : Double.hashCode(value));
  }

  static boolean isNaN(Value value) {
    return value instanceof Value.Float f && Double.isNaN(f.value());
  }

  /** Compares two numbers, neither of them NaN, exactly. */
  static int compare(Value a, Value b) {
    if (a instanceof Value.Float x) {
      return b instanceof Value.Float y ? Double.compare(x.value() + 0.0, y.value() + 0.0)
          : -compareExactly(integer(b), x.value());
    }
    return b instanceof Value.Float y ? compareExactly(integer(a), y.value())
        : integer(a).compareTo(integer(b));
  }

  private static int compareExactly(BigInteger a, double b) {
    if (Double.isInfinite(b)) {
      return b > 0 ? -1 : 1;
    }
    return new BigDecimal(a).compareTo(new BigDecimal(b));
  }

  /** Python's {@code int(float)}. */
  static BigInteger truncate(double value) {
    if (Double.isNaN(value)) {
      throw TemplateException.value("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(value)) {
      throw new TemplateException(ErrorKind.OVERFLOW, "cannot convert float infinity to integer");
    }
    return new BigDecimal(value).toBigInteger();
  }
}
