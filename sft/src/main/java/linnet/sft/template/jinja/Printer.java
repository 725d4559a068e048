package linnet.sft.template.jinja;

import java.util.Map;

/** Python's {@code str} and {@code repr} of values. */
final class Printer {
  private final Budget budget;
  private final StringBuilder out = new StringBuilder();
  private Origins origins = Origins.NONE;

  private Printer(Budget budget) {
    this.budget = budget;
  }

  /** {@code str(value)}; the text keeps its origins. */
  static Str str(Budget budget, Value value) {
    return switch (value) {
      case Str s -> s;
      case Undefined u -> Str.EMPTY;
      default -> {
        var printer = new Printer(budget);
        printer.print(value, 0);
        var text = printer.out.toString();
        yield Str.of(text, printer.origins.smeared(text.length()));
      }
    };
  }

  static String repr(Budget budget, Value value) {
    var printer = new Printer(budget);
    printer.print(value, 0);
    return printer.out.toString();
  }

  private void print(Value value, int depth) {
    budget.step();
    if (depth > Nesting.MAX) {
      throw Nesting.tooDeep(); // a namespace can hold itself
    }
    switch (value) {
      case ListValue l -> items("[", l.items(), "]", depth);
      case TupleValue t -> items("(", t.items(), t.items().size() == 1 ? ",)" : ")", depth);
      case DictValue d -> entries(d.entries(), depth);
      case DictView v -> items(v.typeName() + "([", v.items(budget), "])", depth);
      case Namespace n -> {
        append("<Namespace ");
        entries(n.attributes(), depth);
        append(">");
      }
      case Str s -> {
        append(s.isMarkup() ? "Markup(" + PythonText.repr(s.text()) + ")" : PythonText.repr(s.text()));
        origins = origins.isEmpty() ? s.origins() : origins;
      }
      default -> append(single(value));
    }
  }

  private void append(String text) {
    budget.characters(out.length(), text.length());
    out.append(text);
  }

  /** A value that holds no others. */
  private static String single(Value value) {
    return switch (value) {
      case Value.None _ -> "None";
      case Value.Bool b -> b.value() ? "True" : "False";
      case Value.Int i -> i.value().toString();
      case Value.Float f -> PythonText.repr(f.value());
      case Value.Range r -> "range(" + r.start() + ", " + r.stop()
          + (r.step() == 1 ? ")" : ", " + r.step() + ")");
      case Macro m -> "<Macro " + PythonText.repr(m.name()) + '>';
      case LoopContext l -> "<LoopContext " + l.position() + '>';
      case BuiltIn b -> "<built-in function " + b.name() + '>';
      case Iter i -> '<' + i.typeName() + " object>";
      case TemplateReference _ -> "<TemplateReference None>";
      case Cycler _, Joiner _ -> '<' + value.typeName() + " object>";
      default -> value.typeName();
    };
  }

  private void items(String begin, Iterable<Value> items, String end, int depth) {
    var separator = "";
    append(begin);
    for (var item : items) {
      append(separator);
      print(item, depth + 1);
      separator = ", ";
    }
    append(end);
  }

  private void entries(Map<Value, Value> entries, int depth) {
    var separator = "";
    append("{");
    for (var entry : entries.entrySet()) {
      append(separator);
      print(entry.getKey(), depth + 1);
      append(": ");
      print(entry.getValue(), depth + 1);
      separator = ", ";
    }
    append("}");
  }
}
