package linnet.sft.tokenizer;

/** A regular expression of Oniguruma, read character by character. */
final class OnigurumaScanner {
  /** How many groups, sets and repetitions may lie in each other: few enough for a stack of 512 KiB. */
  private static final int MOST_DEPTH = 100;
  /** Digits of a character's number: of base 8 no more fit an int. */
  private static final int MOST_DIGITS = 7;

  private final String regex;
  private int at;
  private int depth;

  OnigurumaScanner(String regex) {
    this.regex = regex;
  }

  boolean atEnd() {
    return at == regex.length();
  }

  /** Whether a string comes next. */
  boolean sees(String next) {
    return regex.startsWith(next, at);
  }

  /** Whether any of some characters comes next. */
  boolean seesAny(String characters) {
    return !atEnd() && characters.indexOf(regex.charAt(at)) >= 0;
  }

  /** Reads a string if it comes next. */
  boolean accept(String next) {
    boolean seen = sees(next);
    at += seen ? next.length() : 0;
    return seen;
  }

  /** Reads a character. */
  int next(String expected) {
    if (atEnd()) {
      throw error("expected " + expected);
    }
    int c = regex.codePointAt(at);
    at += Character.charCount(c);
    return c;
  }

  /** Reads the rest of a line. */
  void skipLine() {
    int end = regex.indexOf('\n', at);
    at = end < 0 ? regex.length() : end + 1;
  }

  /** Reads all before a string, and that. */
  String until(String end) {
    int from = at;
    int to = regex.indexOf(end, from);
    if (to < 0) {
      throw error("expected " + end);
    }
    at = to + end.length();
    return regex.substring(from, to);
  }

  /** Reads digits of a base, at most so many. */
  String digits(int base, int most) {
    int from = at;
    while (at < regex.length() && at - from < most && regex.charAt(at) < 128
        && Character.digit(regex.charAt(at), base) >= 0) {
      at++;
    }
    return regex.substring(from, at);
  }

  /** Reads letters of ASCII. */
  String letters() {
    int from = at;
    while (at < regex.length() && (regex.charAt(at) | 0x20) >= 'a' && (regex.charAt(at) | 0x20) <= 'z') {
      at++;
    }
    return regex.substring(from, at);
  }

  /** Enters what others may lie in. */
  void enter() {
    depth++;
    if (depth > MOST_DEPTH) {
      throw lacks(at, "more than " + MOST_DEPTH + " groups, sets and repetitions in each other");
    }
  }

  /** Leaves what was entered. */
  void leave() {
    depth--;
  }

  /** Where it stands. */
  int mark() {
    return at;
  }

  /** Goes back to where it stood. */
  void reset(int mark) {
    at = mark;
  }

  /** Whether a character is still to come, without a backslash before it. */
  boolean hasUnescaped(char wanted) {
    for (int i = at; i < regex.length(); i += regex.charAt(i) == '\\' ? 2 : 1) {
      if (regex.charAt(i) == wanted) {
        return true;
      }
    }
    return false;
  }

  /** The character that a backslash and a letter stand for where they are no class of characters, after both. */
  int escaped(int letter, boolean inBracket) {
    int start = at - 2;
    return switch (letter) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'v' -> 0x0B;
      case 'f' -> '\f';
      case 'r' -> '\r';
      case 'a' -> 0x07;
      case 'e' -> 0x1B;
      case 'b' -> inBracket ? '\b' : 'b';
      case 'x' -> sees("{") ? braced(16, start) : atEnd() ? 'x' : single(digits(16, 2), 16, start);
      case 'u' -> {
        if (atEnd()) {
          yield 'u';
        }
        var digits = digits(16, 4);
        if (digits.length() < 4) {
          throw error("expected four hexadecimal digits");
        }
        yield character(digits, 16, start);
      }
      case 'o' -> sees("{") ? braced(8, start) : 'o';
      case 'c', 'C', 'M' -> throw lacks(start, "a control character (write \\x{…})");
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        if (letter != '0' && !inBracket) {
          throw lacks(start, "an octal number that may be a reference (write \\x{…})");
        }
        yield single((char) letter + digits(8, 2), 8, start);
      }
      default -> letter;
    };
  }

  private int braced(int base, int start) {
    accept("{");
    return character(until("}"), base, start);
  }

  private int single(String digits, int base, int start) {
    int code = digits.isEmpty() ? 0 : Integer.parseInt(digits, base);
    if (code > 0x7F) {
      throw lacks(start, "a byte of a character (write \\x{…})");
    }
    return code;
  }

  private int character(String digits, int base, int start) {
    boolean isNumber = digits.length() <= MOST_DIGITS && !digits.isEmpty()
        && digits.chars().allMatch(c -> c < 128 && Character.digit(c, base) >= 0);
    int code = isNumber ? Integer.parseInt(digits, base) : -1;
    if (!Character.isValidCodePoint(code) || Character.getType(code) == Character.SURROGATE) {
      throw lacks(start, "a number that no character has, " + OnigurumaRegex.quoted(digits));
    }
    return code;
  }

  /** It is malformed where it stands. */
  TokenizerException error(String description) {
    return error(at, description);
  }

  /** It is malformed from an index on. */
  TokenizerException error(int start, String description) {
    return OnigurumaRegex.malformed(regex, " at character " + start + ": " + description);
  }

  /** From an index on it holds what Oniguruma may know and Linnet does not. */
  TokenizerException lacks(int start, String feature) {
    return OnigurumaRegex.notSupported(regex, " at character " + start + ": " + feature);
  }
}
