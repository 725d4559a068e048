package linnet.sft.template.jinja;

import java.util.List;
import java.util.Set;

/** A statement; {@code at} is where its tag or text begins. */
sealed interface Stmt {
  Position at();

  record Text(Position at, Value text) implements Stmt {}

  record Print(Position at, Expr value) implements Stmt {}

  record If(Position at, Expr condition, List<Stmt> then, List<Stmt> otherwise) implements Stmt {}

  /** A loop; {@code filter} is null without {@code if}. */
  record For(Position at, Target target, Expr iterable, Expr filter, boolean recursive, List<Stmt> body,
      List<Stmt> otherwise) implements Stmt {}

  record Assign(Position at, Target target, Expr value) implements Stmt {}

  /** {@code set x | filter}…{@code endset}; the filters apply in order. */
  record AssignBlock(Position at, Target target, List<FilterCall> filters, List<Stmt> body) implements Stmt {}

  record FilterBlock(Position at, List<FilterCall> filters, List<Stmt> body) implements Stmt {}

  record FilterCall(Position at, String name, Expr.Arguments arguments) {}

  record With(Position at, List<Binding> bindings, List<Stmt> body) implements Stmt {}

  record Binding(Target target, Expr value) {}

  record MacroDefinition(Position at, MacroBody macro) implements Stmt {}

  record CallBlock(Position at, Expr.Call call, MacroBody caller) implements Stmt {}

  /** The trained text of an assistant's turn. */
  record Generation(Position at, List<Stmt> body) implements Stmt {}

  record Break(Position at) implements Stmt {}

  record Continue(Position at) implements Stmt {}

  /**
   * A macro's parameters and body.
   *
   * @param uses which of {@code caller}, {@code kwargs} and {@code varargs} the body names
   */
  record MacroBody(String name, List<Parameter> parameters, List<Stmt> body, Set<String> uses) {}

  /** A parameter; {@code otherwise} is its default or null. */
  record Parameter(Position at, String name, Expr otherwise) {}
}
