package linnet.sft.template.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with jinja2's white-space rules as transformers sets them: the first newline
 * after a block or comment goes ({@code trim_blocks}), white space between the start of a line and a block or
 * comment goes ({@code lstrip_blocks}), {@code -} strips all white space on its side, {@code +} keeps it, and
 * one newline at the end of the source goes.
 */
final class Lexer {
  private static final Pattern RAW_BEGIN =
      Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%\\}\\s*|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)",
      Pattern.UNICODE_CHARACTER_CLASS);
  private final String name;
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> open = new ArrayDeque<>();
  private int offset;
  private int line = 1;
  private int lineStart;
  private int positioned;
  private boolean lineStarting = true;

  private Lexer(String name, String source) {
    this.name = name;
    var text = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  /**
   * Cuts a source into tokens, the last of which is {@link TokenType#END}.
   *
   * @throws TemplateException for a comment, raw block or string without an end, unbalanced brackets, or a
   *     character that means nothing
   */
  static List<Token> tokens(String name, String source) {
    var lexer = new Lexer(name, source);
    lexer.root();
    return lexer.tokens;
  }

  private void root() {
    while (offset < source.length()) {
      var tag = nextTag();
      if (tag < 0) {
        data(offset, source.length());
        offset = source.length();
        break;
      }
      var raw = RAW_BEGIN.matcher(source).region(tag, source.length());
      if (raw.lookingAt()) {
        dataBefore(tag, raw.group(1), false);
        offset = raw.end();
        raw();
        continue;
      }
      var kind = source.charAt(tag + 1);
      var sign = tag + 2 < source.length() && "-+".indexOf(source.charAt(tag + 2)) >= 0
          ? source.substring(tag + 2, tag + 3) : "";
      dataBefore(tag, sign, kind == '{');
      offset = tag + 2 + sign.length();
      lineStarting = false;
      switch (kind) {
        case '#' -> comment(tag);
        case '{' -> expression(tag, TokenType.VARIABLE_BEGIN);
        default -> expression(tag, TokenType.BLOCK_BEGIN);
      }
    }
    add(TokenType.END, "", source.length());
  }

  private int nextTag() {
    for (var i = source.indexOf('{', offset); i >= 0 && i + 1 < source.length();
        i = source.indexOf('{', i + 1)) {
      if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Emits the data between here and a tag, stripped as the tag's sign and kind ask. */
  private void dataBefore(int tag, String sign, boolean variable) {
    var end = tag;
    if (sign.equals("-")) {
      end = PythonText.trimmedEnd(source, offset, tag);
    } else if (sign.isEmpty() && !variable) {
      var start = tag;
      while (start > offset && source.charAt(start - 1) != '\n') {
        start--;
      }
      if ((start > offset || lineStarting) && PythonText.isBlank(source, start, tag)) {
        end = start;
      }
    }
    data(offset, end);
  }

  private void data(int from, int to) {
    if (to > from) {
      add(TokenType.DATA, source.substring(from, to), from);
    }
  }

  private void comment(int tag) {
    var end = source.indexOf("#}", offset);
    if (end < 0) {
      throw error("Missing end of comment tag", tag);
    }
    var sign = end > offset ? source.charAt(end - 1) : ' ';
    offset = end + 2;
    afterBlock(sign);
  }

  private void raw() {
    var end = RAW_END.matcher(source);
    if (!end.find(offset)) {
      throw error("Missing end of raw directive", offset);
    }
    lineStarting = source.charAt(offset - 1) == '\n';
    dataBefore(end.start(), end.group(1), false);
    offset = end.end();
    lineStarting = source.charAt(offset - 1) == '\n';
  }

  /** Drops white space after a block's or comment's end as its sign asks. */
  private void afterBlock(char sign) {
    if (sign == '-') {
      skipSpace();
    } else if (sign != '+' && offset < source.length() && source.charAt(offset) == '\n') {
      offset++;
    }
    lineStarting = source.charAt(offset - 1) == '\n';
  }

  private void skipSpace() {
    while (offset < source.length() && PythonText.isSpace(source.charAt(offset))) {
      offset++;
    }
  }

  private void expression(int tag, TokenType begin) {
    var variable = begin == TokenType.VARIABLE_BEGIN;
    var close = variable ? "}}" : "%}";
    var end = variable ? TokenType.VARIABLE_END : TokenType.BLOCK_END;
    add(begin, "", tag);
    while (true) {
      if (open.isEmpty() && atEnd(close, variable, end)) {
        return;
      }
      if (offset >= source.length()) {
        return;
      }
      if (PythonText.isSpace(source.charAt(offset))) {
        skipSpace();
      } else {
        token();
      }
    }
  }

  private boolean atEnd(String close, boolean variable, TokenType end) {
    var sign = offset < source.length() ? source.charAt(offset) : ' ';
    var signed = sign == '-' || sign == '+' && !variable;
    if (!source.startsWith(close, signed ? offset + 1 : offset)) {
      return false;
    }
    add(end, "", offset);
    offset += signed ? 3 : 2;
    if (!variable) {
      afterBlock(sign);
    } else {
      if (signed) {
        skipSpace();
      }
      lineStarting = source.charAt(offset - 1) == '\n';
    }
    return true;
  }

  private void token() {
    var c = source.codePointAt(offset);
    if (c >= '0' && c <= '9') {
      number();
    } else if (Character.isLetter(c) || c == '_' || Character.isUnicodeIdentifierPart(c) && c > ' ') {
      var end = offset;
      while (end < source.length() && isWord(source.codePointAt(end))) {
        end += Character.charCount(source.codePointAt(end));
      }
      take(TokenType.NAME, source.substring(offset, end), end);
    } else if (c == '\'' || c == '"') {
      string((char) c);
    } else {
      operator();
    }
  }

  private static boolean isWord(int c) {
    return c == '_' || Character.isLetterOrDigit(c) || c > ' ' && Character.isUnicodeIdentifierPart(c);
  }

  private void number() {
    var end = NumberLiteral.floatEnd(source, offset);
    var type = end > offset ? TokenType.FLOAT : TokenType.INTEGER;
    end = end > offset ? end : NumberLiteral.integerEnd(source, offset);
    take(type, source.substring(offset, end).replace("_", ""), end);
  }

  private void string(char quote) {
    var end = offset + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw unexpected();
    }
    try {
      take(TokenType.STRING, StringLiteral.unescape(source.substring(offset + 1, end)), end + 1);
    } catch (TemplateException e) {
      throw e.at(name, position(offset));
    }
  }

  private void operator() {
    var type = TokenType.operatorAt(source, offset);
    if (type == null) {
      throw unexpected();
    }
    switch (type) {
      case LEFT_BRACE -> open.push('}');
      case LEFT_PAREN -> open.push(')');
      case LEFT_BRACKET -> open.push(']');
      case RIGHT_BRACE, RIGHT_PAREN, RIGHT_BRACKET -> {
        if (open.isEmpty()) {
          throw error("unexpected '" + type.words() + "'", offset);
        }
        var expected = open.pop();
        if (expected != type.words().charAt(0)) {
          throw error("unexpected '" + type.words() + "', expected '" + expected + "'", offset);
        }
      }
      default -> { }
    }
    take(type, type.words(), offset + type.words().length());
  }

  private void take(TokenType type, String text, int end) {
    add(type, text, offset);
    offset = end;
  }

  private void add(TokenType type, String text, int at) {
    tokens.add(new Token(type, text, position(at)));
  }

  /** Positions are asked for in order, so that counting lines stays linear. */
  private Position position(int at) {
    for (var i = positioned; i < at; i++) {
      if (source.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    positioned = Math.max(positioned, at);
    return new Position(line, Math.max(0, at - lineStart) + 1);
  }

  private TemplateException unexpected() {
    var c = Character.toString(source.codePointAt(offset));
    return error("unexpected char " + PythonText.repr(c) + " at " + source.codePointCount(0, offset), offset);
  }

  private TemplateException error(String detail, int at) {
    return new TemplateException(ErrorKind.SYNTAX, detail, name, position(at), null);
  }
}
