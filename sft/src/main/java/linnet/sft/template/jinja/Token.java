package linnet.sft.template.jinja;

/** A token: {@code text} is the name, the unescaped string, the number as written, or template data. */
record Token(TokenType type, String text, Position position) {
  boolean isName(String name) {
    return type == TokenType.NAME && text.equals(name);
  }

  /** How error messages call this token. */
  String describe() {
    return switch (type) {
      case NAME -> text;
      case STRING -> "string";
      case INTEGER -> "integer";
      case FLOAT -> "float";
      default -> type.words();
    };
  }
}
