package linnet.sft.template.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Parses expressions by binding power (Pratt). The powers follow jinja2, which differs from Python in places:
 * {@code ~} binds between {@code +} and {@code *}, {@code **} groups to the left and below the sign, filters
 * and tests bind tighter than any operator.
 */
final class ExpressionParser {
  private static final int OR = 1;
  private static final int AND = 2;
  private static final int NOT = 3;
  private static final int COMPARE = 4;
  private static final int SUM = 5;
  private static final int CONCAT = 6;
  private static final int PRODUCT = 7;
  private static final int POWER = 8;
  private static final int MAX_DIGITS = 1000;

  private static final Set<TokenType> PRIMARY = Set.of(TokenType.NAME, TokenType.STRING, TokenType.INTEGER,
      TokenType.FLOAT, TokenType.LEFT_PAREN, TokenType.LEFT_BRACKET, TokenType.LEFT_BRACE);
  private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and");
  private static final Set<String> SPECIAL = Set.of("caller", "kwargs", "varargs");

  private final TokenStream stream;
  private final Nodes nodes;

  ExpressionParser(TokenStream stream, Nodes nodes) {
    this.stream = stream;
    this.nodes = nodes;
  }

  Expr expression() {
    return conditional();
  }

  /** An expression without an inline {@code if}, as {@code for … in} and {@code if} take it. */
  Expr withoutConditional() {
    return binary(OR);
  }

  /**
   * One expression, or several with commas between them as a tuple.
   *
   * @param conditional whether inline {@code if} is allowed
   * @param endWord a name that ends the tuple, or null
   */
  Expr tuple(boolean conditional, String endWord) {
    return tuple(conditional, endWord, false);
  }

  private Expr tuple(boolean conditional, String endWord, boolean parenthesised) {
    var at = stream.current().position();
    var items = new ArrayList<Expr>();
    var comma = false;
    while (!tupleEnds(endWord)) {
      items.add(conditional ? conditional() : withoutConditional());
      if (!stream.skipIf(TokenType.COMMA)) {
        break;
      }
      comma = true;
    }
    if (!comma && !items.isEmpty()) {
      return items.getFirst();
    }
    if (items.isEmpty() && !parenthesised) {
      throw stream.fail("Expected an expression, got " + PythonText.repr(stream.current().describe()));
    }
    return new Expr.TupleOf(at, List.copyOf(items));
  }

  boolean tupleEnds(String endWord) {
    return switch (stream.current().type()) {
      case VARIABLE_END, BLOCK_END, RIGHT_PAREN -> true;
      default -> endWord != null && stream.atName(endWord);
    };
  }

  private Expr conditional() {
    nodes.enter(stream);
    var at = stream.current().position();
    var known = nodes.missing();
    var result = binary(OR);
    while (stream.skipIf("if")) {
      nodes.forget(known);
      var before = nodes.beginConditional();
      var condition = binary(OR);
      var otherwise = stream.skipIf("else") ? conditional() : null;
      nodes.end(before);
      result = new Expr.Conditional(at, condition, result, otherwise);
    }
    nodes.leave();
    return result;
  }

  private Expr binary(int power) {
    nodes.enter(stream);
    var left = power <= NOT && stream.atName("not")
        ? new Expr.Not(stream.next().position(), binary(NOT))
        : unary(true);
    for (var next = power(); next >= power; next = power()) {
      left = infix(left, next);
    }
    nodes.leave();
    return left;
  }

  /** The power of the infix operator that comes next, or 0. */
  private int power() {
    var token = stream.current();
    return switch (token.type()) {
      case NAME -> switch (token.text()) {
        case "or" -> OR;
        case "and" -> AND;
        case "in" -> COMPARE;
        case "not" -> stream.lookAhead().isName("in") ? COMPARE : 0;
        default -> 0;
      };
      case EQ, NE, LT, LE, GT, GE -> COMPARE;
      case ADD, SUB -> SUM;
      case TILDE -> CONCAT;
      case MUL, DIV, FLOOR_DIV, MOD -> PRODUCT;
      case POW -> POWER;
      default -> 0;
    };
  }

  private Expr infix(Expr left, int power) {
    var at = stream.current().position();
    return switch (power) {
      case OR, AND -> {
        stream.next();
        yield new Expr.Logic(at, power == AND, left, binary(power + 1));
      }
      case COMPARE -> comparisons(at, left);
      case CONCAT -> {
        var parts = new ArrayList<>(List.of(left));
        while (stream.skipIf(TokenType.TILDE)) {
          parts.add(binary(CONCAT + 1));
        }
        yield new Expr.Concat(at, List.copyOf(parts));
      }
      default -> new Expr.Arithmetic(at, stream.next().type(), left, power == POWER ? unary(true)
          : binary(power + 1));
    };
  }

  private Expr comparisons(Position at, Expr first) {
    var rest = new ArrayList<Expr.Comparison>();
    while (power() == COMPARE) {
      var token = stream.next();
      var relation = switch (token.type()) {
        case EQ -> Expr.Relation.EQ;
        case NE -> Expr.Relation.NE;
        case LT -> Expr.Relation.LT;
        case LE -> Expr.Relation.LE;
        case GT -> Expr.Relation.GT;
        case GE -> Expr.Relation.GE;
        default -> token.isName("in") ? Expr.Relation.IN : Expr.Relation.NOT_IN;
      };
      if (relation == Expr.Relation.NOT_IN) {
        stream.expectName("in");
      }
      rest.add(new Expr.Comparison(relation, binary(COMPARE + 1)));
    }
    return new Expr.Compare(at, first, List.copyOf(rest));
  }

  private Expr unary(boolean filters) {
    nodes.enter(stream);
    var token = stream.current();
    var node = switch (token.type()) {
      case SUB, ADD -> {
        stream.next();
        yield new Expr.Sign(token.position(), token.type() == TokenType.SUB, unary(false));
      }
      default -> primary();
    };
    node = postfix(node);
    nodes.leave();
    return filters ? filtersAndTests(node) : node;
  }

  Expr primary() {
    var token = stream.current();
    var at = token.position();
    return switch (token.type()) {
      case NAME -> {
        stream.next();
        yield name(token);
      }
      case STRING -> {
        var text = new StringBuilder();
        while (stream.at(TokenType.STRING)) {
          text.append(stream.next().text());
        }
        yield new Expr.Const(at, Str.of(text.toString()));
      }
      case INTEGER -> new Expr.Const(at, integer(stream.next()));
      case FLOAT -> new Expr.Const(at, new Value.Float(Double.parseDouble(stream.next().text())));
      case LEFT_PAREN -> {
        stream.next();
        var inner = tuple(true, null, true);
        stream.expect(TokenType.RIGHT_PAREN);
        yield inner;
      }
      case LEFT_BRACKET -> list();
      case LEFT_BRACE -> dict();
      default -> throw stream.fail("unexpected " + PythonText.repr(token.describe()));
    };
  }

  private Expr name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expr.Const(token.position(), Value.Bool.TRUE);
      case "false", "False" -> new Expr.Const(token.position(), Value.Bool.FALSE);
      case "none", "None" -> new Expr.Const(token.position(), Value.NONE);
      default -> {
        if (SPECIAL.contains(token.text())) {
          nodes.use(token.text());
        }
        yield new Expr.Name(token.position(), token.text());
      }
    };
  }

  private Value integer(Token token) {
    var text = token.text();
    if (text.length() > MAX_DIGITS) {
      throw stream.fail(ErrorKind.LIMIT, "an integer of more than " + MAX_DIGITS + " digits", token.position());
    }
    var radix = text.length() < 2 ? 10 : switch (text.charAt(1)) {
      case 'x', 'X' -> 16;
      case 'o', 'O' -> 8;
      case 'b', 'B' -> 2;
      default -> 10;
    };
    return new Value.Int(new BigInteger(radix == 10 ? text : text.substring(2), radix));
  }

  private Expr list() {
    var at = stream.expect(TokenType.LEFT_BRACKET).position();
    var items = new ArrayList<Expr>();
    while (!stream.at(TokenType.RIGHT_BRACKET)) {
      if (!items.isEmpty()) {
        stream.expect(TokenType.COMMA);
        if (stream.at(TokenType.RIGHT_BRACKET)) {
          break;
        }
      }
      items.add(expression());
    }
    stream.expect(TokenType.RIGHT_BRACKET);
    return new Expr.ListOf(at, List.copyOf(items));
  }

  private Expr dict() {
    var at = stream.expect(TokenType.LEFT_BRACE).position();
    var entries = new ArrayList<Expr.Entry>();
    while (!stream.at(TokenType.RIGHT_BRACE)) {
      if (!entries.isEmpty()) {
        stream.expect(TokenType.COMMA);
        if (stream.at(TokenType.RIGHT_BRACE)) {
          break;
        }
      }
      var key = expression();
      stream.expect(TokenType.COLON);
      entries.add(new Expr.Entry(key, expression()));
    }
    stream.expect(TokenType.RIGHT_BRACE);
    return new Expr.DictOf(at, List.copyOf(entries));
  }

  private Expr postfix(Expr start) {
    var node = start;
    while (true) {
      switch (stream.current().type()) {
        case DOT -> node = attribute(node);
        case LEFT_BRACKET -> node = subscript(node);
        case LEFT_PAREN -> node = new Expr.Call(stream.current().position(), node, arguments());
        default -> {
          return node;
        }
      }
    }
  }

  private Expr filtersAndTests(Expr start) {
    var node = start;
    while (true) {
      if (stream.at(TokenType.PIPE)) {
        var call = filter();
        node = new Expr.Filtered(call.at(), node, call.name(), call.arguments());
      } else if (stream.atName("is")) {
        node = test(node);
      } else if (stream.at(TokenType.LEFT_PAREN)) {
        node = new Expr.Call(stream.current().position(), node, arguments());
      } else {
        return node;
      }
    }
  }

  private Expr attribute(Expr object) {
    var at = stream.expect(TokenType.DOT).position();
    var token = stream.next();
    return switch (token.type()) {
      case NAME -> new Expr.Attribute(at, object, token.text());
      case INTEGER -> new Expr.Item(at, object, new Expr.Const(token.position(), integer(token)));
      default -> throw stream.fail("expected name or number", token.position());
    };
  }

  private Expr subscript(Expr object) {
    var at = stream.expect(TokenType.LEFT_BRACKET).position();
    if (stream.at(TokenType.RIGHT_BRACKET)) {
      stream.next();
      return new Expr.Item(at, object, new Expr.TupleOf(at, List.of()));
    }
    var start = stream.at(TokenType.COLON) ? null : expression();
    if (stream.at(TokenType.COLON)) {
      return slice(at, object, start);
    }
    var keys = new ArrayList<>(List.of(start));
    while (stream.skipIf(TokenType.COMMA)) {
      keys.add(expression());
    }
    stream.expect(TokenType.RIGHT_BRACKET);
    return new Expr.Item(at, object, keys.size() == 1 ? start : new Expr.TupleOf(at, List.copyOf(keys)));
  }

  private Expr slice(Position at, Expr object, Expr start) {
    stream.expect(TokenType.COLON);
    var stop = sliceBound();
    var step = stream.skipIf(TokenType.COLON) ? sliceBound() : null;
    stream.expect(TokenType.RIGHT_BRACKET);
    return new Expr.Slice(at, object, start, stop, step);
  }

  private Expr sliceBound() {
    return stream.at(TokenType.COLON) || stream.at(TokenType.RIGHT_BRACKET) ? null : expression();
  }

  Expr.Arguments arguments() {
    var at = stream.expect(TokenType.LEFT_PAREN).position();
    var positional = new ArrayList<Expr>();
    var named = new ArrayList<Expr.Keyword>();
    Expr spread = null;
    Expr spreadNamed = null;
    for (var first = true; !stream.at(TokenType.RIGHT_PAREN); first = false) {
      if (!first) {
        stream.expect(TokenType.COMMA);
        if (stream.at(TokenType.RIGHT_PAREN)) {
          break;
        }
      }
      if (stream.skipIf(TokenType.MUL)) {
        ensure(spread == null && spreadNamed == null, at);
        spread = expression();
      } else if (stream.skipIf(TokenType.POW)) {
        ensure(spreadNamed == null, at);
        spreadNamed = expression();
      } else if (stream.at(TokenType.NAME) && stream.lookAhead().type() == TokenType.ASSIGN) {
        ensure(spreadNamed == null, at);
        var name = stream.next().text();
        stream.next();
        named.add(new Expr.Keyword(name, expression()));
      } else {
        ensure(spread == null && spreadNamed == null && named.isEmpty(), at);
        positional.add(expression());
      }
    }
    stream.expect(TokenType.RIGHT_PAREN);
    return new Expr.Arguments(List.copyOf(positional), List.copyOf(named), spread, spreadNamed);
  }

  private void ensure(boolean valid, Position at) {
    if (!valid) {
      throw stream.fail("invalid syntax for function call expression", at);
    }
  }

  /** {@code | name(arguments)}, from the bar on. */
  Stmt.FilterCall filter() {
    stream.expect(TokenType.PIPE);
    return filterCall();
  }

  /** {@code name(arguments)}. */
  Stmt.FilterCall filterCall() {
    var token = stream.expect(TokenType.NAME);
    var name = dotted(token);
    nodes.requireFilter(stream, name, token.position());
    return new Stmt.FilterCall(token.position(), name,
        stream.at(TokenType.LEFT_PAREN) ? arguments() : Expr.Arguments.NONE);
  }

  private String dotted(Token first) {
    var name = new StringBuilder(first.text());
    while (stream.skipIf(TokenType.DOT)) {
      name.append('.').append(stream.expect(TokenType.NAME).text());
    }
    return name.toString();
  }

  private Expr test(Expr subject) {
    var at = stream.next().position();
    var negated = stream.skipIf("not");
    var token = stream.expect(TokenType.NAME);
    var name = dotted(token);
    nodes.requireTest(stream, name, token.position());
    var arguments = Expr.Arguments.NONE;
    if (stream.at(TokenType.LEFT_PAREN)) {
      arguments = arguments();
    } else if (PRIMARY.contains(stream.current().type()) && !isNoArgument(stream.current())) {
      if (stream.atName("is")) {
        throw stream.fail("You cannot chain multiple tests with is");
      }
      arguments = new Expr.Arguments(List.of(postfix(primary())), List.of(), null, null);
    }
    var node = new Expr.Tested(at, subject, name, arguments);
    return negated ? new Expr.Not(at, node) : node;
  }

  private static boolean isNoArgument(Token token) {
    return token.type() == TokenType.NAME && NO_ARGUMENT.contains(token.text());
  }
}
