package linnet.sft.template.jinja;

/** The escapes of a string literal, as Python's {@code unicode-escape} codec reads them. */
final class StringLiteral {
  private final String body;
  private final StringBuilder out;
  private int offset;

  private StringLiteral(String body) {
    this.body = body;
    this.out = new StringBuilder(body.length());
  }

  /**
   * The text that a literal stands for.
   *
   * @param body what stands between the quotes
   * @throws TemplateException for an escape cut short or out of range
   */
  static String unescape(String body) {
    return body.indexOf('\\') < 0 ? body : new StringLiteral(body).text();
  }

  private String text() {
    while (offset < body.length()) {
      var c = body.charAt(offset++);
      if (c == '\\') {
        escape();
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private void escape() {
    var c = body.charAt(offset++);
    switch (c) {
      case '\n' -> { }
      case '\\', '\'', '"' -> out.append(c);
      case 'a' -> out.append('\007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\013');
      case 'x' -> hex(2, "\\xXX");
      case 'u' -> hex(4, "\\uXXXX");
      case 'U' -> hex(8, "\\UXXXXXXXX");
      case 'N' -> named();
      default -> {
        if (c >= '0' && c <= '7') {
          octal(c - '0');
        } else {
          out.append('\\').append(c);
        }
      }
    }
  }

  private void octal(int first) {
    var value = first;
    for (var i = 0; i < 2 && offset < body.length() && body.charAt(offset) >= '0'
        && body.charAt(offset) <= '7'; i++) {
      value = value * 8 + body.charAt(offset++) - '0';
    }
    out.append((char) value);
  }

  private void hex(int digits, String form) {
    var value = 0L;
    for (var i = 0; i < digits; i++) {
      var digit = offset < body.length() ? Character.digit(body.charAt(offset), 16) : -1;
      if (digit < 0) {
        throw syntax("truncated " + form + " escape");
      }
      value = value * 16 + digit;
      offset++;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw syntax("illegal Unicode character");
    }
    out.appendCodePoint((int) value);
  }

  private void named() {
    var end = offset < body.length() && body.charAt(offset) == '{' ? body.indexOf('}', offset) : -1;
    if (end < 0) {
      throw syntax("malformed \\N character escape");
    }
    try {
      out.appendCodePoint(Character.codePointOf(body.substring(offset + 1, end)));
    } catch (IllegalArgumentException e) {
      throw syntax("unknown Unicode character name");
    }
    offset = end + 1;
  }

  private static TemplateException syntax(String detail) {
    return new TemplateException(ErrorKind.SYNTAX, detail);
  }
}
