package linnet.sft.template.jinja;

import java.util.List;

/** An expression; {@code at} is where it begins (for operators: where the operator stands). */
sealed interface Expr {
  Position at();

  record Const(Position at, Value value) implements Expr {}

  record Name(Position at, String name) implements Expr {}

  record ListOf(Position at, List<Expr> items) implements Expr {}

  record TupleOf(Position at, List<Expr> items) implements Expr {}

  record DictOf(Position at, List<Entry> entries) implements Expr {}

  record Entry(Expr key, Expr value) {}

  record Attribute(Position at, Expr object, String name) implements Expr {}

  record Item(Position at, Expr object, Expr key) implements Expr {}

  /** {@code object[start:stop:step]}; a bound that is left out is null. */
  record Slice(Position at, Expr object, Expr start, Expr stop, Expr step) implements Expr {}

  record Call(Position at, Expr function, Arguments arguments) implements Expr {}

  record Filtered(Position at, Expr subject, String filter, Arguments arguments) implements Expr {}

  record Tested(Position at, Expr subject, String test, Arguments arguments) implements Expr {}

  record Not(Position at, Expr operand) implements Expr {}

  record Sign(Position at, boolean minus, Expr operand) implements Expr {}

  record Arithmetic(Position at, TokenType operator, Expr left, Expr right) implements Expr {}

  record Concat(Position at, List<Expr> parts) implements Expr {}

  record Logic(Position at, boolean and, Expr left, Expr right) implements Expr {}

  record Compare(Position at, Expr first, List<Comparison> rest) implements Expr {}

  enum Relation { EQ, NE, LT, LE, GT, GE, IN, NOT_IN }

  record Comparison(Relation relation, Expr operand) {}

  /** {@code then if condition else otherwise}; without {@code else}, {@code otherwise} is null. */
  record Conditional(Position at, Expr condition, Expr then, Expr otherwise) implements Expr {}

  /**
   * The arguments of a call; {@code spread} and {@code spreadNamed} are {@code *} and {@code **}, or null.
   */
  record Arguments(List<Expr> positional, List<Keyword> named, Expr spread, Expr spreadNamed) {
    static final Arguments NONE = new Arguments(List.of(), List.of(), null, null);
  }

  record Keyword(String name, Expr value) {}
}
