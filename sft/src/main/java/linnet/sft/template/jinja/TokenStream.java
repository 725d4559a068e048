package linnet.sft.template.jinja;

import java.util.List;

/** Walks tokens with one token of look-ahead, and words the errors about them as jinja2 does. */
final class TokenStream {
  private final String template;
  private final List<Token> tokens;
  private int index;

  TokenStream(String template, List<Token> tokens) {
    this.template = template;
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(index);
  }

  Token lookAhead() {
    return tokens.get(Math.min(index + 1, tokens.size() - 1));
  }

  boolean at(TokenType type) {
    return current().type() == type;
  }

  boolean atName(String name) {
    return current().isName(name);
  }

  Token next() {
    var token = current();
    if (token.type() != TokenType.END) {
      index++;
    }
    return token;
  }

  boolean skipIf(TokenType type) {
    var found = at(type);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipIf(String name) {
    var found = atName(name);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(TokenType type) {
    if (!at(type)) {
      throw unexpected(type.words());
    }
    return next();
  }

  void expectName(String name) {
    if (!atName(name)) {
      throw unexpected(name);
    }
    next();
  }

  private TemplateException unexpected(String expected) {
    return fail(at(TokenType.END)
        ? "unexpected end of template, expected " + PythonText.repr(expected) + "."
        : "expected token " + PythonText.repr(expected) + ", got " + PythonText.repr(current().describe()));
  }

  TemplateException fail(String detail) {
    return fail(detail, current().position());
  }

  TemplateException fail(String detail, Position position) {
    return fail(ErrorKind.SYNTAX, detail, position);
  }

  TemplateException fail(ErrorKind kind, String detail, Position position) {
    return new TemplateException(kind, detail, template, position, null);
  }
}
