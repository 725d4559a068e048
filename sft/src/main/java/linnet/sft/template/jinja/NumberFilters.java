package linnet.sft.template.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters that make numbers. */
final class NumberFilters {
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?+\\d*+\\.?+\\d*+(?:[eE][-+]?+\\d++)?+");
  private static final int MAX_DIGITS = 4300;

  private NumberFilters() {}

  static void addTo(Map<String, Filters.OpenBody> all) {
    Filters.add(all, "abs", Signature.of(), (_, v, _) -> absolute(v));
    Filters.add(all, "int", Signature.of().or("default", Value.Int.of(0)).or("base", Value.Int.of(10)),
        (c, v, a) -> toInt(c.budget(), v, a));
    Filters.add(all, "float", Signature.of().or("default", new Value.Float(0)), (_, v, a) -> {
      var number = toDouble(v);
      return number == null ? a.getFirst() : new Value.Float(number);
    });
    Filters.add(all, "round", Signature.of().or("precision", Value.Int.of(0)).or("method", Str.of("common")),
        NumberFilters::round);
    Filters.add(all, "filesizeformat", Signature.of().or("binary", Value.Bool.FALSE),
        (_, v, a) -> Str.of(fileSize(v, a.getFirst().truth())));
  }

  private static Value absolute(Value value) {
    return switch (value) {
      case Value.Float f -> new Value.Float(Math.abs(f.value()));
      case Value.Int i -> new Value.Int(i.value().abs());
      case Value.Bool b -> new Value.Int(b.number());
      case Undefined undefined -> throw TemplateException.type("bad operand type for abs(): 'Undefined'");
      default -> throw TemplateException.type("bad operand type for abs(): '" + value.typeName() + "'");
    };
  }

  private static Value toInt(Budget budget, Value value, List<Value> arguments) {
    switch (value) {
      case Undefined undefined -> throw undefined.error();
      case Str text -> {
        var number = parseInt(text.text().strip(), Numbers.clamped(arguments.get(1)));
        if (number != null) {
          return new Value.Int(budget.integer(number));
        }
      }
      case Value.Int i -> {
        return i;
      }
      case Value.Bool b -> {
        return new Value.Int(b.number());
      }
      default -> { }
    }
    var number = toDouble(value);
    return number == null || !Double.isFinite(number) ? arguments.getFirst()
        : new Value.Int(Numbers.truncate(number));
  }

  private static BigInteger parseInt(String text, int base) {
    var negative = text.startsWith("-");
    var digits = (negative || text.startsWith("+") ? text.substring(1) : text).toLowerCase(Locale.ROOT);
    var prefixed = digits.length() > 2 && digits.charAt(0) == '0' ? switch (digits.charAt(1)) {
      case 'x' -> 16;
      case 'o' -> 8;
      case 'b' -> 2;
      default -> 0;
    } : 0;
    var radix = base == 0 ? Math.max(prefixed, prefixed == 0 ? 10 : 0) : base;
    var body = prefixed != 0 && prefixed == radix ? digits.substring(2) : digits;
    if (!body.matches("[\\p{Nd}a-z_]+") || !NumberLiteral.underscoresFit(body)
        || body.length() > MAX_DIGITS || radix < 2
        || radix > 36) {
      return null;
    }
    try {
      var number = new BigInteger(body.replace("_", ""), radix);
      return negative ? number.negate() : number;
    } catch (NumberFormatException e) {
      return null; // a digit beyond the base: Python's int() fails as well and the filter gives its default
    }
  }

  /** Python's {@code float(value)}, or null where it fails. */
  private static Double toDouble(Value value) {
    return switch (value) {
      case Value.Int _, Value.Float _, Value.Bool _ -> Numbers.toDouble(value);
      case Str text -> parseDouble(text.text().strip());
      case Undefined undefined -> throw undefined.error();
      default -> null;
    };
  }

  private static Double parseDouble(String text) {
    var sign = text.startsWith("-") ? -1.0 : 1.0;
    switch (text.replaceFirst("^[-+]", "").toLowerCase(Locale.ROOT)) {
      case "inf", "infinity" -> {
        return sign * Double.POSITIVE_INFINITY;
      }
      case "nan" -> {
        return Double.NaN;
      }
      default -> {
        var digits = text.chars().anyMatch(c -> c >= '0' && c <= '9');
        var plain = text.replace("_", "");
        return digits && !text.matches("[-+]?\\.?[eE].*") && NumberLiteral.underscoresFit(text)
            && FLOAT.matcher(plain).matches() ? Double.valueOf(plain) : null;
      }
    }
  }

  private static Value round(Context context, Value subject, List<Value> arguments) {
    var method = arguments.get(1) instanceof Str s ? s.text() : "";
    if (!List.of("common", "ceil", "floor").contains(method)) {
      throw new TemplateException(ErrorKind.FILTER_ARGUMENT, "method must be common, ceil or floor");
    }
    if (!Numbers.isNumber(subject)) {
      if (subject instanceof Undefined undefined && !method.equals("common")) {
        throw undefined.error();
      }
      throw TemplateException.type(method.equals("common")
          ? "type " + subject.typeName() + " doesn't define __round__ method"
          : "must be real number, not " + subject.typeName());
    }
    var precision = Numbers.clamped(arguments.getFirst());
    if (method.equals("common")) {
      return subject instanceof Value.Float f
          ? new Value.Float(rounded(f.value(), precision))
          : roundedInteger(Numbers.integer(subject), precision);
    }
    var scale = Operators.arithmetic(context.budget(), TokenType.POW, Value.Int.of(10),
        Value.Int.of(precision));
    var scaled = Numbers.toDouble(Operators.arithmetic(context.budget(), TokenType.MUL, subject, scale));
    var whole = Numbers.truncate(method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled));
    return Operators.arithmetic(context.budget(), TokenType.DIV, new Value.Int(whole), scale);
  }

  private static double rounded(double value, int precision) {
    if (!Double.isFinite(value) || precision > 323) {
      return value;
    }
    return precision < -308 ? Math.copySign(0.0, value) : Math.copySign(
        new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).doubleValue(), value);
  }

  private static Value roundedInteger(BigInteger value, int precision) {
    if (precision >= 0) {
      return new Value.Int(value);
    }
    return precision < -MAX_DIGITS ? Value.Int.of(0)
        : new Value.Int(new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).toBigInteger());
  }

  private static String fileSize(Value value, boolean binary) {
    var number = toDouble(value);
    if (number == null) {
      throw value instanceof Str s
          ? TemplateException.value("could not convert string to float: " + PythonText.repr(s.text()))
          : TemplateException.type("float() argument must be a string or a real number, not '"
          + value.typeName() + "'");
    }
    double bytes = number;
    var base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return Numbers.truncate(bytes) + " Bytes";
    }
    var prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
    var unit = (double) base;
    var index = 0;
    while (index < prefixes.length() - 1 && bytes >= unit * base) {
      unit *= base;
      index++;
    }
    return String.format(Locale.ROOT, "%.1f %c%sB", bytes / unit, prefixes.charAt(index), binary ? "i" : "");
  }
}
