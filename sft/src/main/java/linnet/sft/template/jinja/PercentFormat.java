package linnet.sft.template.jinja;

import java.util.List;

/** Python's {@code format % values}. */
final class PercentFormat {
  private final Budget budget;
  private final Str format;
  private final Value values;
  private final List<Value> items;
  private final Str.Builder out;
  private int offset;
  private int used;

  private PercentFormat(Budget budget, Str format, Value values) {
    this.budget = budget;
    this.out = new Str.Builder(budget);
    this.format = format;
    this.values = values;
    this.items = values instanceof TupleValue tuple ? tuple.items() : List.of(values);
  }

  static Value format(Budget budget, Str format, Value values) {
    return new PercentFormat(budget, format, values).format();
  }

  private Value format() {
    budget.read(format);
    var text = format.text();
    for (var percent = text.indexOf('%'); percent >= 0; percent = text.indexOf('%', offset)) {
      out.add(format.substring(offset, percent));
      offset = percent + 1;
      directive();
    }
    out.add(format.substring(offset, text.length()));
    if (used < items.size() && !isMapping(values)) {
      throw TemplateException.type("not all arguments converted during string formatting");
    }
    return format.isMarkup() ? out.build().asMarkup() : out.build();
  }

  /** Whatever can be subscripted and is no tuple or text counts as a mapping, of which parts may be used. */
  private static boolean isMapping(Value value) {
    return switch (value) {
      case DictValue _, ListValue _, Value.Range _, Undefined _ -> true;
      default -> false;
    };
  }

  private char peek() {
    if (offset >= format.text().length()) {
      throw TemplateException.value("incomplete format");
    }
    return format.text().charAt(offset);
  }

  private void directive() {
    Value keyed = peek() == '(' ? keyed() : null;
    var flags = offset;
    while ("-+ #0".indexOf(peek()) >= 0) {
      offset++;
    }
    var flag = format.text().substring(flags, offset);
    var width = size();
    var precision = -1;
    if (peek() == '.') {
      offset++;
      precision = Math.max(0, size());
    }
    while ("hlL".indexOf(peek()) >= 0) {
      offset++;
    }
    var type = peek();
    offset++;
    if (type == '%') {
      out.add(Str.of("%"));
      return;
    }
    budget.characters(Math.max(width, precision));
    out.add(convert(type, keyed != null ? keyed : next(), flag, width, precision));
  }

  private Value keyed() {
    var close = format.text().indexOf(')', offset);
    if (close < 0) {
      throw TemplateException.value("incomplete format key");
    }
    if (values instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!(values instanceof DictValue dict)) {
      throw TemplateException.type("format requires a mapping");
    }
    var key = format.text().substring(offset + 1, close);
    var value = dict.get(key);
    if (value == null) {
      throw new TemplateException(ErrorKind.KEY, PythonText.repr(key));
    }
    offset = close + 1;
    return value;
  }

  private int size() {
    if (peek() == '*') {
      offset++;
      var size = next();
      if (!Numbers.isInteger(size)) {
        throw TemplateException.type("* wants int");
      }
      return Numbers.clamped(size);
    }
    var start = offset;
    while (Character.isDigit(peek()) && offset - start < 9) {
      offset++;
    }
    return start == offset ? -1 : Integer.parseInt(format.text().substring(start, offset));
  }

  private Value next() {
    if (used >= items.size()) {
      throw TemplateException.type("not enough arguments for format string");
    }
    return items.get(used++);
  }

  private Str convert(char type, Value value, String flags, int width, int precision) {
    var left = flags.indexOf('-') >= 0;
    var sign = flags.indexOf('+') >= 0 ? '+' : flags.indexOf(' ') >= 0 ? ' ' : '-';
    var zero = flags.indexOf('0') >= 0 && !left;
    return switch (type) {
      case 's', 'r', 'a', 'c' -> {
        var plain = type == 's' ? Printer.str(budget, value) : type == 'c' ? character(value)
            : Str.of(Printer.repr(budget, value));
        var text = format.isMarkup() ? Markup.escaped(budget, plain) : plain;
        yield new FormatSpec(' ', left ? '<' : '>', '-', false, width, (char) 0, precision, (char) 0)
            .format(budget, text);
      }
      case 'd', 'i', 'u', 'x', 'X', 'o' -> {
        if (!Numbers.isNumber(value)) {
          throw TemplateException.type("%" + type + " format: a real number is required, not "
              + value.typeName());
        }
        var number = value instanceof Value.Float f ? Numbers.truncate(f.value()) : Numbers.integer(value);
        yield new FormatSpec(zero ? '0' : ' ', left ? '<' : zero ? '=' : '>', sign, flags.indexOf('#') >= 0,
            width,
            (char) 0, -1, type == 'i' || type == 'u' ? 'd' : type).format(budget, new Value.Int(number));
      }
      case 'e', 'E', 'f', 'F', 'g', 'G' -> {
        if (!Numbers.isNumber(value)) {
          throw TemplateException.type("must be real number, not " + value.typeName());
        }
        yield new FormatSpec(zero ? '0' : ' ', left ? '<' : zero ? '=' : '>', sign, false, width, (char) 0,
            precision,
            type).format(budget, new Value.Float(Numbers.toDouble(value)));
      }
      default -> throw TemplateException.value("unsupported format character '" + type + "' (0x"
          + Integer.toHexString(type) + ") at index " + (offset - 1));
    };
  }

  private static Str character(Value value) {
    if (value instanceof Str s && s.length() == 1) {
      return s;
    }
    if (!Numbers.isInteger(value)) {
      throw TemplateException.type("%c requires int or char");
    }
    var code = Numbers.clamped(value);
    if (!Character.isValidCodePoint(code)) {
      throw new TemplateException(ErrorKind.OVERFLOW, "%c arg not in range(0x110000)");
    }
    return Str.of(Character.toString(code));
  }
}
