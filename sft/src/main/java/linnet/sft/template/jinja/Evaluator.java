package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions. */
final class Evaluator {
  private final String template;
  private final Context context;
  private final Budget budget;

  Evaluator(String template, Context context) {
    this.template = template;
    this.context = context;
    this.budget = context.budget();
  }

  /**
   * The value of an expression.
   *
   * @throws TemplateException with the place of the innermost expression that failed
   */
  Value evaluate(Expr expression, Scope scope) {
    budget.enter();
    budget.step();
    try {
      return value(expression, scope);
    } catch (TemplateException e) {
      throw e.at(template, expression.at());
    } finally {
      budget.leave();
    }
  }

  private Value value(Expr expression, Scope scope) {
    return switch (expression) {
      case Expr.Const constant -> constant.value();
      case Expr.Name name -> {
        var value = scope.get(name.name());
        yield value != null ? value : made(Undefined.name(name.name()));
      }
      case Expr.ListOf list -> made(new ListValue(all(list.items(), scope)));
      case Expr.TupleOf tuple -> made(new TupleValue(all(tuple.items(), scope)));
      case Expr.DictOf dict -> dict(dict, scope);
      case Expr.Attribute attribute ->
          Attributes.attribute(budget, evaluate(attribute.object(), scope), attribute.name());
      case Expr.Item item ->
          Attributes.item(budget, evaluate(item.object(), scope), evaluate(item.key(), scope));
      case Expr.Slice slice -> Sequences.slice(budget, evaluate(slice.object(), scope),
          bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope));
      case Expr.Call call -> made(call(evaluate(call.function(), scope), arguments(call.arguments(), scope)));
      case Expr.Filtered filtered -> Filters.apply(context, filtered.filter(),
          evaluate(filtered.subject(), scope), arguments(filtered.arguments(), scope));
      case Expr.Tested tested -> Value.Bool.of(Tests.holds(context, tested.test(),
          evaluate(tested.subject(), scope), arguments(tested.arguments(), scope)));
      case Expr.Not not -> Value.Bool.of(!evaluate(not.operand(), scope).truth());
      case Expr.Sign sign -> made(Operators.sign(sign.minus(), evaluate(sign.operand(), scope)));
      case Expr.Arithmetic arithmetic -> made(Operators.arithmetic(budget, arithmetic.operator(),
          evaluate(arithmetic.left(), scope), evaluate(arithmetic.right(), scope)));
      case Expr.Concat concat -> made(concat(all(concat.parts(), scope)));
      case Expr.Logic logic -> {
        var left = evaluate(logic.left(), scope);
        yield left.truth() == logic.and() ? evaluate(logic.right(), scope) : left;
      }
      case Expr.Compare compare -> Value.Bool.of(compare(compare, scope));
      case Expr.Conditional conditional -> conditional(conditional, scope);
    };
  }

  private Value made(Value value) {
    budget.pieces(1);
    return value;
  }

  private Str concat(List<Value> parts) {
    var out = new Str.Builder(budget);
    parts.forEach(part -> out.add(Printer.str(budget, part)));
    return out.build();
  }

  private Value bound(Expr bound, Scope scope) {
    return bound == null ? null : evaluate(bound, scope);
  }

  private List<Value> all(List<Expr> expressions, Scope scope) {
    var values = new ArrayList<Value>(expressions.size());
    for (var expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Value dict(Expr.DictOf dict, Scope scope) {
    var entries = new LinkedHashMap<Value, Value>();
    budget.pieces(1 + dict.entries().size());
    for (var entry : dict.entries()) {
      entries.put(Sequences.hashable(evaluate(entry.key(), scope)), evaluate(entry.value(), scope));
    }
    return new DictValue(entries);
  }

  private boolean compare(Expr.Compare compare, Scope scope) {
    var left = evaluate(compare.first(), scope);
    for (var comparison : compare.rest()) {
      var right = evaluate(comparison.operand(), scope);
      if (!Operators.compare(budget, comparison.relation(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Value conditional(Expr.Conditional conditional, Scope scope) {
    if (evaluate(conditional.condition(), scope).truth()) {
      return evaluate(conditional.then(), scope);
    }
    return conditional.otherwise() != null ? evaluate(conditional.otherwise(), scope)
        : Undefined.hint("the inline if-expression on line " + conditional.at().line()
            + " evaluated to false and no else section was defined.");
  }

  /** The arguments of a call, evaluated from left to right. */
  Args arguments(Expr.Arguments arguments, Scope scope) {
    if (arguments == Expr.Arguments.NONE) {
      return Args.EMPTY;
    }
    var positional = all(arguments.positional(), scope);
    var named = new LinkedHashMap<String, Value>();
    for (var keyword : arguments.named()) {
      if (named.put(keyword.name(), evaluate(keyword.value(), scope)) != null) {
        throw new TemplateException(ErrorKind.SYNTAX, "keyword argument repeated: " + keyword.name());
      }
    }
    if (arguments.spread() != null) {
      positional.addAll(Sequences.list(budget, evaluate(arguments.spread(), scope)));
    }
    if (arguments.spreadNamed() != null) {
      spread(evaluate(arguments.spreadNamed(), scope), named);
    }
    return new Args(positional, named);
  }

  private void spread(Value value, Map<String, Value> named) {
    if (!(value instanceof DictValue dict)) {
      throw TemplateException.type("argument after ** must be a mapping, not " + value.typeName());
    }
    budget.pieces(dict.entries().size());
    dict.entries().forEach((key, argument) -> {
      if (!(key instanceof Str name)) {
        throw TemplateException.type("keywords must be strings");
      }
      if (named.put(name.text(), argument) != null) {
        throw TemplateException.type("got multiple values for keyword argument '" + name.text() + "'");
      }
    });
  }

  Value call(Value function, Args args) {
    return switch (function) {
      case Callable callable -> callable.call(args);
      case Undefined undefined -> throw undefined.error();
      default -> throw TemplateException.type("'" + function.typeName() + "' object is not callable");
    };
  }
}
