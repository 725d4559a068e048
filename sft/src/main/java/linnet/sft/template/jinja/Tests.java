package linnet.sft.template.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The tests behind {@code is}. */
final class Tests {
  private interface Body {
    boolean holds(Budget budget, Value subject, List<Value> arguments);
  }

  private record Test(Signature signature, Body body) {}

  private static final Map<String, Test> TESTS = Map.copyOf(tests());

  private Tests() {}

  static boolean exists(String name) {
    return TESTS.containsKey(name);
  }

  /**
   * Whether a test holds.
   *
   * @throws TemplateException where there is no such test or it cannot be applied
   */
  static boolean holds(Context context, String name, Value subject, Args args) {
    var test = TESTS.get(name);
    if (test == null) {
      throw new TemplateException(ErrorKind.RUNTIME, "No test named " + PythonText.repr(name) + " found.");
    }
    var budget = context.budget();
    budget.read(subject, args);
    return test.body().holds(budget, subject, test.signature().bind("test_" + name, args));
  }

  private static Map<String, Test> tests() {
    var all = new HashMap<String, Test>();
    simple(all, "defined", v -> !(v instanceof Undefined));
    simple(all, "undefined", Undefined.class::isInstance);
    simple(all, "none", Value.None.class::isInstance);
    simple(all, "boolean", Value.Bool.class::isInstance);
    simple(all, "true", v -> v instanceof Value.Bool b && b.value());
    simple(all, "false", v -> v instanceof Value.Bool b && !b.value());
    simple(all, "integer", Value.Int.class::isInstance);
    simple(all, "float", Value.Float.class::isInstance);
    simple(all, "number", Numbers::isNumber);
    simple(all, "string", Str.class::isInstance);
    simple(all, "mapping", DictValue.class::isInstance);
    simple(all, "iterable", Sequences::isIterable);
    simple(all, "sequence", Tests::isSequence);
    simple(all, "callable", v -> v instanceof Callable || v instanceof Undefined);
    all.put("lower", new Test(Signature.of(), (b, v, _) -> Letters.isLower(Printer.str(b, v).text())));
    all.put("upper", new Test(Signature.of(), (b, v, _) -> Letters.isUpper(Printer.str(b, v).text())));
    simple(all, "escaped", v -> v instanceof Str s && s.isMarkup());
    simple(all, "filter", v -> Sequences.hashable(v) instanceof Str s && Filters.exists(s.text()));
    simple(all, "test", v -> Sequences.hashable(v) instanceof Str s && exists(s.text()));
    all.put("odd", new Test(Signature.of(),
        (b, v, _) -> remainder(b, v, Value.Int.of(2)).equals(Value.Int.of(1))));
    all.put("even", new Test(Signature.of(),
        (b, v, _) -> remainder(b, v, Value.Int.of(2)).equals(Value.Int.of(0))));
    all.put("divisibleby", new Test(Signature.of("num"),
        (b, v, a) -> remainder(b, v, a.getFirst()).equals(Value.Int.of(0))));
    all.put("sameas", new Test(Signature.of("other"), (_, v, a) -> isSame(v, a.getFirst())));
    all.put("in", new Test(Signature.of("seq"), (b, v, a) -> Sequences.contains(b, a.getFirst(), v)));
    relation(all, Expr.Relation.EQ, "==", "eq", "equalto");
    relation(all, Expr.Relation.NE, "!=", "ne");
    relation(all, Expr.Relation.GT, ">", "gt", "greaterthan");
    relation(all, Expr.Relation.GE, ">=", "ge");
    relation(all, Expr.Relation.LT, "<", "lt", "lessthan");
    relation(all, Expr.Relation.LE, "<=", "le");
    return all;
  }

  private static void simple(Map<String, Test> all, String name, Predicate<Value> predicate) {
    all.put(name, new Test(Signature.of(), (_, value, _) -> predicate.test(value)));
  }

  private static void relation(Map<String, Test> all, Expr.Relation relation, String... names) {
    for (var name : names) {
      all.put(name, new Test(Signature.of("other"),
          (b, v, a) -> Operators.compare(b, relation, v, a.getFirst())));
    }
  }

  private static Value remainder(Budget budget, Value value, Value by) {
    return Operators.arithmetic(budget, TokenType.MOD, value, by);
  }

  private static boolean isSequence(Value value) {
    return switch (value) {
      case Str _, ListValue _, TupleValue _, DictValue _, Value.Range _, Undefined _ -> true;
      default -> false;
    };
  }

  /** Python shares small numbers and equal constants, so identity of plain values is equality of one type. */
  private static boolean isSame(Value a, Value b) {
    return a == b || a.getClass() == b.getClass() && a.equals(b)
        && switch (a) {
          case Value.None _, Value.Bool _, Value.Int _, Str _ -> true;
          default -> false;
        };
  }
}
