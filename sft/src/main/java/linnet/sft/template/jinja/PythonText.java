package linnet.sft.template.jinja;

import linnet.nn.json.Json;

/** What Python means by white space, printable characters, and the repr of a text or a number. */
final class PythonText {
  private PythonText() {}

  static boolean isSpace(int c) {
    return c == ' ' || c >= 9 && c <= 13 || c >= 28 && c <= 31 || c == 0x85 || c == 0xa0 || c == 0x1680
        || c >= 0x2000 && c <= 0x200a || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f
        || c == 0x3000;
  }

  static boolean isBlank(CharSequence text, int from, int to) {
    for (var i = from; i < to; i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static int trimmedEnd(CharSequence text, int from, int to) {
    var end = to;
    while (end > from && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  static boolean isPrintable(int c) {
    return c == ' ' || switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR -> false;
      default -> true;
    };
  }

  /** {@code repr} of a text: single quotes unless only double quotes avoid escapes. */
  static String repr(String text) {
    var quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    var out = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints().forEach(c -> {
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (c == quote) {
            out.append('\\').append(quote);
          } else if (isPrintable(c)) {
            out.appendCodePoint(c);
          } else {
            out.append(c <= 0xff ? String.format("\\x%02x", c)
                : c <= 0xffff ? String.format("\\u%04x", c) : String.format("\\U%08x", c));
          }
        }
      }
    });
    return out.append(quote).toString();
  }

  /** {@code repr} of a float: the shortest digits that read back, an exponent below 1e-4 and from 1e16. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return Json.of(value).compact();
  }

  /** Orders texts by code points, as Python does; UTF-16 order differs beyond the basic plane. */
  static int compare(String a, String b) {
    var common = Math.min(a.length(), b.length());
    for (var i = 0; i < common; i++) {
      var x = a.charAt(i);
      var y = b.charAt(i);
      if (x != y) {
        return Character.isSurrogate(x) == Character.isSurrogate(y) ? x - y : Character.isSurrogate(x) ? 1
            : -1;
      }
    }
    return a.length() - b.length();
  }
}
