package linnet.nn.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/** JSON's number grammar, exact integers, and the shortest decimal spelling of a floating-point number. */
final class JsonNumbers {
  /** A long has 19 digits; longer literals that are exact longs hold nothing but zeros to spare. */
  private static final int LONGEST_EXACT = 1000;
  /** So many digits are a long, whichever they are. */
  private static final int ALWAYS_LONG = 18;

  private JsonNumbers() {}

  /** The index after the longest JSON number at {@code start}, or {@code start} where there is none. */
  static int end(String text, int start) {
    int at = start;
    if (is(text, at, '-')) {
      at++;
    }
    int afterInteger = is(text, at, '0') ? at + 1 : digits(text, at);
    if (afterInteger == at) {
      return start;
    }
    int end = afterInteger;
    if (is(text, end, '.')) {
      int afterFraction = digits(text, end + 1);
      if (afterFraction == end + 1) {
        return end;
      }
      end = afterFraction;
    }
    if (is(text, end, 'e') || is(text, end, 'E')) {
      int exponent = is(text, end + 1, '+') || is(text, end + 1, '-') ? end + 2 : end + 1;
      int afterExponent = digits(text, exponent);
      if (afterExponent > exponent) {
        end = afterExponent;
      }
    }
    return end;
  }

  private static boolean is(String text, int at, char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private static int digits(String text, int at) {
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  static Optional<Long> exactLong(String literal) {
    if (literal.length() > LONGEST_EXACT) {
      return Optional.empty();
    }
    if (literal.length() <= ALWAYS_LONG && digits(literal, 0) == literal.length()) {
      return Optional.of(Long.parseLong(literal)); // a tokenizer has tens of thousands of these
    }
    try {
      return Optional.of(new BigDecimal(literal).longValueExact());
    } catch (ArithmeticException | NumberFormatException noLong) {
      return Optional.empty(); // a fraction, too large, or an exponent beyond an int
    }
  }

  static String shortest(double value) {
    String java = Double.toString(value);
    String one = oneDigit(java);
    return spell(Double.parseDouble(one) == value ? one : java);
  }

  static String shortest(float value) {
    String java = Float.toString(value);
    String one = oneDigit(java);
    return spell(Float.parseFloat(one) == value ? one : java);
  }

  /**
   * Java always gives at least two digits, so among subnormals it writes 4.9E-324 where one digit would do:
   * this rounds a literal of two digits to one.
   */
  private static String oneDigit(String java) {
    int exponent = java.indexOf('E');
    int point = java.indexOf('.');
    if (exponent < 0 || exponent - point != 2 || java.charAt(point + 1) == '0') {
      return java;
    }
    return new BigDecimal(java).round(new MathContext(1)).toString();
  }

  /**
   * Spells a decimal as Python's {@code repr} of a float: plain from 1e-4 up to 1e16 with at least one digit
   * after the point, else with an exponent of at least two digits.
   */
  private static String spell(String decimal) {
    if (decimal.equals("-0.0")) {
      return decimal;
    }
    var exact = new BigDecimal(decimal).stripTrailingZeros();
    if (exact.signum() == 0) {
      return "0.0";
    }
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return exact.scale() <= 0 ? exact.toPlainString() + ".0" : exact.toPlainString();
    }
    String digits = exact.unscaledValue().abs().toString();
    var out = new StringBuilder(exact.signum() < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    out.append('e').append(exponent < 0 ? '-' : '+');
    int size = Math.abs(exponent);
    return out.append(size < 10 ? "0" : "").append(size).toString();
  }
}
