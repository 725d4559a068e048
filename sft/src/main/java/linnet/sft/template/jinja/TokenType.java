package linnet.sft.template.jinja;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of tokens, with the words that error messages use for them. */
enum TokenType {
  DATA("template data / text"),
  BLOCK_BEGIN("begin of statement block"),
  BLOCK_END("end of statement block"),
  VARIABLE_BEGIN("begin of print statement"),
  VARIABLE_END("end of print statement"),
  END("end of template"),
  NAME("name"),
  STRING("string"),
  INTEGER("integer"),
  FLOAT("float"),
  FLOOR_DIV("//"), POW("**"), EQ("=="), NE("!="), GE(">="), LE("<="),
  ADD("+"), SUB("-"), DIV("/"), MUL("*"), MOD("%"), TILDE("~"),
  LEFT_BRACKET("["), RIGHT_BRACKET("]"), LEFT_PAREN("("), RIGHT_PAREN(")"), LEFT_BRACE("{"), RIGHT_BRACE("}"),
  GT(">"), LT("<"), ASSIGN("="), DOT("."), COLON(":"), PIPE("|"), COMMA(","), SEMICOLON(";");

  private static final Map<String, TokenType> OPERATORS = Arrays.stream(values())
      .filter(type -> type.compareTo(FLOAT) > 0)
      .collect(Collectors.toUnmodifiableMap(TokenType::words, Function.identity()));

  private final String words;

  TokenType(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /** The operator that begins at an offset, the longest first, or null. */
  static TokenType operatorAt(String source, int offset) {
    var two = offset + 2 <= source.length() ? OPERATORS.get(source.substring(offset, offset + 2)) : null;
    return two != null ? two : OPERATORS.get(source.substring(offset, offset + 1));
  }
}
