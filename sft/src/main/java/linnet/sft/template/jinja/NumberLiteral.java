package linnet.sft.template.jinja;

import java.util.function.IntPredicate;

/** Where numbers end: digits with single underscores between them, as Python writes them. */
final class NumberLiteral {
  private NumberLiteral() {}

  /** The end of a float that begins with a digit, or the offset itself where there is none. */
  static int floatEnd(String text, int offset) {
    if (offset > 0 && text.charAt(offset - 1) == '.') {
      return offset;
    }
    var whole = digits(text, offset, NumberLiteral::isDecimal);
    var fraction = at(text, whole, '.') ? digits(text, whole + 1, NumberLiteral::isDecimal) : whole;
    var end = fraction > whole + 1 ? fraction : whole;
    if (at(text, end, 'e') || at(text, end, 'E')) {
      var sign = at(text, end + 1, '+') || at(text, end + 1, '-') ? 1 : 0;
      var exponent = digits(text, end + 1 + sign, NumberLiteral::isDecimal);
      if (exponent > end + 1 + sign) {
        return exponent;
      }
    }
    return end > whole ? end : offset;
  }

  /** The end of an integer that begins with a digit. */
  static int integerEnd(String text, int offset) {
    if (text.charAt(offset) != '0') {
      return digits(text, offset, NumberLiteral::isDecimal);
    }
    IntPredicate digit = switch (offset + 1 < text.length() ? text.charAt(offset + 1) : ' ') {
      case 'b', 'B' -> c -> c == '0' || c == '1';
      case 'o', 'O' -> c -> c >= '0' && c <= '7';
      case 'x', 'X' -> c -> Character.digit(c, 16) >= 0 && c < 128;
      default -> null;
    };
    if (digit == null) {
      return digits(text, offset, c -> c == '0');
    }
    var first = at(text, offset + 2, '_') ? offset + 3 : offset + 2;
    var end = digits(text, first, digit);
    return end > first ? end : offset + 1;
  }

  /** Whether underscores stand between digits only, as Python's {@code int} and {@code float} want them. */
  static boolean underscoresFit(String text) {
    for (var at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1)) {
      if (at == 0 || at + 1 == text.length() || !Character.isLetterOrDigit(text.charAt(at - 1))
          || !Character.isLetterOrDigit(text.charAt(at + 1))) {
        return false;
      }
    }
    return true;
  }

  private static int digits(String text, int offset, IntPredicate digit) {
    var end = offset;
    while (end < text.length() && (digit.test(text.charAt(end))
        || end > offset && text.charAt(end) == '_' && end + 1 < text.length()
        && digit.test(text.charAt(end + 1)))) {
      end++;
    }
    return end;
  }

  private static boolean at(String text, int offset, char c) {
    return offset < text.length() && text.charAt(offset) == c;
  }

  private static boolean isDecimal(int c) {
    return c >= '0' && c <= '9';
  }
}
