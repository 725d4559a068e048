package linnet.sft.template.jinja;

import java.util.Map;

/** Python's {@code str} and {@code repr} of values. */
final class Printer {
  private static final int MAX_CHARACTERS = 4_000_000;

  private final StringBuilder out = new StringBuilder();
  private Origins origins = Origins.NONE;

  private Printer() {}

  /** {@code str(value)}; the text keeps its origins. */
  static Str str(Value value) {
    return switch (value) {
      case Str s -> s;
      case Undefined u -> Str.EMPTY;
      default -> {
        var printer = new Printer();
        printer.print(value, 0);
        var text = printer.out.toString();
        yield Str.of(text, printer.origins.smeared(text.length()));
      }
    };
  }

  static String repr(Value value) {
    var printer = new Printer();
    printer.print(value, 0);
    return printer.out.toString();
  }

  private void print(Value value, int depth) {
    if (out.length() > MAX_CHARACTERS) {
      throw new TemplateException(ErrorKind.LIMIT, "a printed value has more than " + MAX_CHARACTERS
          + " characters");
    }
    if (depth > Nesting.MAX) {
      throw Nesting.tooDeep(); // a namespace can hold itself
    }
    switch (value) {
      case Value.None _ -> out.append("None");
      case Value.Bool b -> out.append(b.value() ? "True" : "False");
      case Value.Int i -> out.append(i.value());
      case Value.Float f -> out.append(PythonText.repr(f.value()));
      case Value.Range r -> out.append("range(").append(r.start()).append(", ").append(r.stop())
          .append(r.step() == 1 ? ")" : ", " + r.step() + ")");
      case Str s -> {
        out.append(s.isMarkup() ? "Markup(" : "").append(PythonText.repr(s.text()))
            .append(s.isMarkup() ? ")" : "");
        origins = origins.isEmpty() ? s.origins() : origins;
      }
      case ListValue l -> items("[", l.items(), "]", depth);
      case TupleValue t -> items("(", t.items(), t.items().size() == 1 ? ",)" : ")", depth);
      case DictValue d -> entries(d.entries(), depth);
      case DictView v -> items(v.typeName() + "([", v.items(), "])", depth);
      case Namespace n -> {
        out.append("<Namespace ");
        entries(n.attributes(), depth);
        out.append('>');
      }
      case Undefined _ -> out.append("Undefined");
      case Macro m -> out.append("<Macro ").append(PythonText.repr(m.name())).append('>');
      case LoopContext l -> out.append("<LoopContext ").append(l.position()).append('>');
      case BuiltIn b -> out.append("<built-in function ").append(b.name()).append('>');
      case Iter i -> out.append('<').append(i.typeName()).append(" object>");
      case TemplateReference _ -> out.append("<TemplateReference None>");
      case Cycler _, Joiner _ -> out.append('<').append(value.typeName()).append(" object>");
    }
  }

  private void items(String begin, Iterable<Value> items, String end, int depth) {
    var separator = "";
    out.append(begin);
    for (var item : items) {
      out.append(separator);
      print(item, depth + 1);
      separator = ", ";
    }
    out.append(end);
  }

  private void entries(Map<Value, Value> entries, int depth) {
    var separator = "";
    out.append('{');
    for (var entry : entries.entrySet()) {
      out.append(separator);
      print(entry.getKey(), depth + 1);
      out.append(": ");
      print(entry.getValue(), depth + 1);
      separator = ", ";
    }
    out.append('}');
  }
}
