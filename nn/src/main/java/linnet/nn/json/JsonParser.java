package linnet.nn.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;

/** A recursive-descent parser of RFC 8259's grammar over one string; it nests 512 values at most. */
final class JsonParser {
  private static final int MAX_DEPTH = 512;

  private final String text;
  private final String source;
  private final int firstLine;
  private int at;
  private int depth;

  JsonParser(String text, String source, int firstLine) {
    this.text = text;
    this.source = source;
    this.firstLine = firstLine;
  }

  Json document() {
    skipSpace();
    var value = value();
    skipSpace();
    if (at < text.length()) {
      throw unexpected("the end of the text");
    }
    return value;
  }

  private Json value() {
    if (at == text.length()) {
      throw unexpected("a value");
    }
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new Json.Str(string());
      case 't' -> word("true", Json.TRUE);
      case 'f' -> word("false", Json.FALSE);
      case 'n' -> word("null", Json.NULL);
      default -> number();
    };
  }

  private Json object() {
    open();
    var members = new LinkedHashMap<String, Json>();
    if (!closes('}')) {
      do {
        skipSpace();
        member(members);
      } while (continues('}', "',' or '}'"));
    }
    depth--;
    return new Json.Obj(members);
  }

  private void member(LinkedHashMap<String, Json> members) {
    int start = at;
    if (!is('"')) {
      throw unexpected("a member's name in double quotes");
    }
    String name = string();
    skipSpace();
    if (!is(':')) {
      throw unexpected("':'");
    }
    at++;
    skipSpace();
    if (members.put(name, value()) != null) {
      at = start;
      throw error("found the name " + JsonText.quote(name) + " a second time", "each name once in an object");
    }
  }

  private Json array() {
    open();
    var elements = new ArrayList<Json>();
    if (!closes(']')) {
      do {
        skipSpace();
        elements.add(value());
      } while (continues(']', "',' or ']'"));
    }
    depth--;
    return new Json.Arr(elements);
  }

  private void open() {
    if (++depth > MAX_DEPTH) {
      throw error("found values nested more than " + MAX_DEPTH + " deep", "fewer levels");
    }
    at++;
  }

  private boolean closes(char bracket) {
    skipSpace();
    if (is(bracket)) {
      at++;
      return true;
    }
    return false;
  }

  private boolean continues(char bracket, String expected) {
    skipSpace();
    if (is(',')) {
      at++;
      return true;
    }
    if (!is(bracket)) {
      throw unexpected(expected);
    }
    at++;
    return false;
  }

  private Json word(String word, Json value) {
    if (!text.startsWith(word, at)) {
      throw unexpected("a value");
    }
    at += word.length();
    return value;
  }

  private Json number() {
    int end = JsonNumbers.end(text, at);
    if (end == at) {
      throw unexpected(is('-') ? "digits after the minus sign" : "a value");
    }
    var number = new Json.Num(text.substring(at, end));
    at = end;
    return number;
  }

  private String string() {
    int start = ++at;
    while (at < text.length() && isPlain(text.charAt(at))) {
      at++;
    }
    if (is('"')) {
      return text.substring(start, at++); // the usual case: nothing to unescape
    }
    var unescaped = new StringBuilder().append(text, start, at);
    while (!is('"')) {
      if (at == text.length()) {
        throw unexpected("the string's closing quote");
      }
      char c = text.charAt(at);
      if (c == '\\') {
        at++;
        unescaped.append(escape());
      } else if (isPlain(c)) {
        unescaped.append(c);
        at++;
      } else {
        throw unexpected("no control character within a string (write it as an escape)");
      }
    }
    at++;
    return unescaped.toString();
  }

  private static boolean isPlain(char c) {
    return c >= ' ' && c != '"' && c != '\\';
  }

  private char escape() {
    if (at == text.length()) {
      throw unexpected("an escape's letter");
    }
    char unescaped = switch (text.charAt(at)) {
      case '"' -> '"';
      case '\\' -> '\\';
      case '/' -> '/';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw unexpected("one of \" \\ / b f n r t u after a backslash");
    };
    at++;
    return unescaped;
  }

  /** Reads the four digits after {@code u} and stays on the last one. */
  private char unicode() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      int digit = at < text.length() && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) {
        throw unexpected("four hexadecimal digits after \\u");
      }
      unit = unit << 4 | digit;
    }
    return (char) unit;
  }

  private void skipSpace() {
    while (is(' ') || is('\n') || is('\r') || is('\t')) {
      at++;
    }
  }

  private boolean is(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private JsonException unexpected(String expected) {
    if (at == text.length()) {
      return error("found the end of the text", expected);
    }
    int c = text.codePointAt(at);
    String found = Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
        ? "U+%04X".formatted(c) : "'" + Character.toString(c) + "'";
    return error("found " + found, expected);
  }

  private JsonException error(String found, String expected) {
    return new JsonException(
        JsonText.place(text, at, source, firstLine) + ": " + found + ", expected " + expected);
  }
}
