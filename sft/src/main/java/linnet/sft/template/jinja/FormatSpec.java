package linnet.sft.template.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's format specification: {@code [[fill]align][sign][#][0][width][grouping][.precision][type]}. A
 * width or precision of -1 is absent; an absent character is 0.
 */
record FormatSpec(int fill, char align, char sign, boolean alternate, int width, char grouping, int precision,
    char type) {
  static final FormatSpec PLAIN = new FormatSpec(' ', (char) 0, '-', false, -1, (char) 0, -1, (char) 0);

  /** No double has more; to compute zeros behind them would take long. */
  private static final int MOST_DECIMALS = 1074;

  private static final Pattern GRAMMAR = Pattern.compile(
      "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?", Pattern.DOTALL);

  static FormatSpec parse(String text) {
    var matcher = GRAMMAR.matcher(text);
    if (!matcher.matches()) {
      throw TemplateException.value("Invalid format specifier '" + text + "'");
    }
    var zero = matcher.group(5) != null;
    var align = first(matcher, 2);
    return new FormatSpec(matcher.group(1) != null ? matcher.group(1).codePointAt(0) : zero ? '0' : ' ',
        align != 0 ? align : zero ? '=' : 0, matcher.group(3) == null ? '-' : first(matcher, 3),
        matcher.group(4) != null, number(matcher, 6), first(matcher, 7), number(matcher, 8),
        first(matcher, 9));
  }

  private static char first(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : matcher.group(group).charAt(0);
  }

  private static int number(Matcher matcher, int group) {
    return matcher.group(group) == null ? -1 : Integer.parseInt(matcher.group(group));
  }

  /** {@code format(value, spec)}. */
  Str format(Budget budget, Value value) {
    budget.characters(Math.max(width, precision));
    return switch (value) {
      case Value.Float f -> number(value, f.value());
      case Value.Int i -> integral(value, i.value());
      case Value.Bool b when type != 0 -> integral(value, b.number());
      default -> text(budget, value);
    };
  }

  private Str text(Budget budget, Value value) {
    var text = Printer.str(budget, value);
    if (equals(PLAIN)) {
      return text;
    }
    if (type != 0 && type != 's' || !(value instanceof Str || value instanceof Value.Bool)) {
      throw value instanceof Str ? unknown(value)
          : TemplateException.type("unsupported format string passed to " + value.typeName() + ".__format__");
    }
    if (align == '=') {
      throw TemplateException.value("'=' alignment not allowed in string format specifier");
    }
    var cut = precision >= 0 && precision < text.length() ? text.substring(0, text.offset(precision)) : text;
    return cut.rewritten(pad("", cut.text(), '<'));
  }

  private TemplateException unknown(Value value) {
    return TemplateException.value("Unknown format code '" + type + "' for object of type '"
        + value.typeName() + "'");
  }

  private Str integral(Value value, BigInteger number) {
    return switch (type) {
      case 0, 'd', 'n' -> digits(number, 10, "");
      case 'b' -> digits(number, 2, "0b");
      case 'o' -> digits(number, 8, "0o");
      case 'x', 'X' -> {
        var hex = digits(number, 16, "0x");
        yield type == 'X' ? Str.of(hex.text().toUpperCase(Locale.ROOT)) : hex;
      }
      case 'c' -> {
        if (number.signum() < 0 || number.bitLength() > 21
            || !Character.isValidCodePoint(number.intValue())) {
          throw new TemplateException(ErrorKind.OVERFLOW, "%c arg not in range(0x110000)");
        }
        yield Str.of(pad("", Character.toString(number.intValue()), '<'));
      }
      case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> number(value, Numbers.toDouble(value));
      default -> throw unknown(value);
    };
  }

  private Str digits(BigInteger number, int radix, String prefix) {
    if (precision >= 0) {
      throw TemplateException.value("Precision not allowed in integer format specifier");
    }
    var body = group(number.abs().toString(radix), radix == 10 ? 3 : 4);
    return Str.of(pad(signOf(number.signum() < 0) + (alternate ? prefix : ""), body, '>'));
  }

  private String signOf(boolean negative) {
    return negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
  }

  private String group(String digits, int size) {
    if (grouping == 0) {
      return digits;
    }
    var out = new StringBuilder(digits);
    for (var i = digits.length() - size; i > 0; i -= size) {
      out.insert(i, grouping);
    }
    return out.toString();
  }

  private Str number(Value value, double number) {
    var negative = number < 0 || number == 0 && 1 / number < 0;
    var body = body(value, Math.abs(number));
    var integer = 0;
    while (integer < body.length() && Character.isDigit(body.charAt(integer))) {
      integer++;
    }
    var grouped = group(body.substring(0, integer), 3) + body.substring(integer);
    return Str.of(pad(signOf(negative), Character.isUpperCase(type) ? grouped.toUpperCase(Locale.ROOT)
        : grouped, '>'));
  }

  private String body(Value value, double number) {
    if (!Double.isFinite(number)) {
      return PythonText.repr(number) + (type == '%' ? "%" : "");
    }
    var digits = precision < 0 ? 6 : precision;
    return switch (type) {
      case 'f', 'F' -> fixed(number, digits);
      case '%' -> fixed(number * 100, digits) + "%";
      case 'e', 'E' -> exponent(number, digits);
      case 'g', 'G', 'n' -> general(number, Math.max(1, digits), false);
      case 0 -> precision < 0 ? PythonText.repr(number) : general(number, Math.max(1, digits), true);
      default -> throw unknown(value);
    };
  }

  private static String fixed(double number, int digits) {
    var exact = Math.min(digits, MOST_DECIMALS);
    return new BigDecimal(number).setScale(exact, RoundingMode.HALF_EVEN).toPlainString()
        + "0".repeat(digits - exact);
  }

  private static String exponent(double number, int digits) {
    var rounded = new BigDecimal(number).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    var unscaled = rounded.unscaledValue().toString();
    var power = rounded.signum() == 0 ? 0 : unscaled.length() - 1 - rounded.scale();
    var mantissa = rounded.signum() == 0 ? "0".repeat(digits + 1)
        : unscaled + "0".repeat(Math.max(0, digits + 1 - unscaled.length()));
    return mantissa.charAt(0) + (digits > 0 ? "." + mantissa.substring(1, digits + 1) : "") + power(power);
  }

  private static String power(int power) {
    return "e" + (power < 0 ? "-" : "+") + (Math.abs(power) < 10 ? "0" : "") + Math.abs(power);
  }

  private static String general(double number, int digits, boolean keepPoint) {
    if (number == 0) {
      return keepPoint ? "0.0" : "0";
    }
    var rounded = new BigDecimal(number).round(new MathContext(digits, RoundingMode.HALF_EVEN))
        .stripTrailingZeros();
    var power = rounded.precision() - rounded.scale() - 1;
    if (power < -4 || power >= digits) {
      var mantissa = rounded.unscaledValue().toString();
      return mantissa.charAt(0) + (mantissa.length() > 1 ? "." + mantissa.substring(1) : "") + power(power);
    }
    var plain = rounded.toPlainString();
    return keepPoint && plain.indexOf('.') < 0 ? plain + ".0" : plain;
  }

  private String pad(String prefix, String body, char natural) {
    var missing = width - prefix.codePointCount(0, prefix.length()) - body.codePointCount(0, body.length());
    if (missing <= 0) {
      return prefix + body;
    }
    var filler = Character.toString(fill);
    return switch (align == 0 ? natural : align) {
      case '<' -> prefix + body + filler.repeat(missing);
      case '>' -> filler.repeat(missing) + prefix + body;
      case '=' -> prefix + filler.repeat(missing) + body;
      default -> filler.repeat(missing / 2) + prefix + body + filler.repeat(missing - missing / 2);
    };
  }
}
