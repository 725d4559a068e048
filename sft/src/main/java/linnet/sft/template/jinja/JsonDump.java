package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import linnet.nn.json.Json;

/** Python's {@code json.dumps}, which transformers puts behind the filter {@code tojson}. */
final class JsonDump {
  private static final Signature SIGNATURE = Signature.of().or("ensure_ascii", Value.Bool.FALSE)
      .or("indent", Value.NONE).or("separators", Value.NONE).or("sort_keys", Value.Bool.FALSE);

  private final Budget budget;
  private final boolean ascii;
  private final boolean sorted;
  private final String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final StringBuilder out = new StringBuilder();
  private Origins origins = Origins.NONE;

  private JsonDump(Budget budget, List<Value> options) {
    this.budget = budget;
    this.ascii = options.get(0).truth();
    this.indent = indent(options.get(1));
    var separators = options.get(2) instanceof Value.None ? null : Sequences.list(budget, options.get(2));
    if (separators != null && separators.size() != 2) {
      throw TemplateException.value("separators must be two texts");
    }
    this.itemSeparator = separators != null ? Printer.str(budget, separators.get(0)).text()
        : indent == null ? ", " : ",";
    this.keySeparator = separators != null ? Printer.str(budget, separators.get(1)).text() : ": ";
    this.sorted = options.get(3).truth();
  }

  private String indent(Value value) {
    return switch (value) {
      case Value.None _ -> null;
      case Str s -> s.text();
      default -> {
        var width = Math.max(0, Numbers.clamped(value));
        budget.characters(width);
        yield " ".repeat(width);
      }
    };
  }

  static Str dump(Context context, Value value, Args args) {
    var dump = new JsonDump(context.budget(), SIGNATURE.bind("tojson", args));
    dump.write(value, 0);
    return Str.of(dump.out.toString(), dump.origins.smeared(dump.out.length()));
  }

  private void write(Value value, int depth) {
    budget.step();
    switch (value) {
      case Str s -> {
        origins = origins.isEmpty() ? s.origins() : origins;
        string(s.text());
      }
      case Value.None _, Value.Bool _, Value.Int _, Value.Float _ -> append(scalar(value));
      case ListValue list -> array(list.items(), depth);
      case TupleValue tuple -> array(tuple.items(), depth);
      case DictValue dict -> object(dict, depth);
      default -> throw TemplateException.type("Object of type " + value.typeName()
          + " is not JSON serializable");
    }
  }

  private static String scalar(Value value) {
    return switch (value) {
      case Value.Bool b -> Boolean.toString(b.value());
      case Value.Int i -> i.value().toString();
      case Value.Float f -> Double.isNaN(f.value()) ? "NaN"
          : Double.isInfinite(f.value()) ? f.value() > 0 ? "Infinity" : "-Infinity"
          : PythonText.repr(f.value());
      default -> "null";
    };
  }

  private void append(String text) {
    budget.characters(out.length(), text.length());
    out.append(text);
  }

  private void string(String text) {
    var json = Json.of(text).compact();
    append(ascii ? escaped(json) : json);
  }

  private static String escaped(String json) {
    var escaped = new StringBuilder(json.length());
    json.chars().forEach(c -> {
      if (c < 127) {
        escaped.append((char) c);
      } else {
        escaped.append(String.format("\\u%04x", c));
      }
    });
    return escaped.toString();
  }

  private void newLine(int depth) {
    if (indent != null) {
      budget.characters(out.length(), (long) indent.length() * depth);
      out.append('\n').repeat(indent, depth);
    }
  }

  private void array(List<Value> items, int depth) {
    out.append('[');
    for (var i = 0; i < items.size(); i++) {
      append(i > 0 ? itemSeparator : "");
      newLine(depth + 1);
      write(items.get(i), depth + 1);
    }
    if (!items.isEmpty()) {
      newLine(depth);
    }
    out.append(']');
  }

  private void object(DictValue dict, int depth) {
    out.append('{');
    var separator = "";
    for (var entry : entries(dict)) {
      append(separator);
      newLine(depth + 1);
      string(key(entry.getKey()));
      append(keySeparator);
      write(entry.getValue(), depth + 1);
      separator = itemSeparator;
    }
    if (dict.truth()) {
      newLine(depth);
    }
    out.append('}');
  }

  private List<Map.Entry<Value, Value>> entries(DictValue dict) {
    var entries = new ArrayList<>(dict.entries().entrySet());
    if (sorted) {
      entries.sort(Map.Entry.comparingByKey(Comparator.comparing(JsonDump::key, PythonText::compare)));
    }
    return entries;
  }

  private static String key(Value key) {
    return switch (key) {
      case Str s -> s.text();
      case Value.None _, Value.Bool _, Value.Int _, Value.Float _ -> scalar(key);
      default -> throw TemplateException.type(
          "keys must be str, int, float, bool or None, not " + key.typeName());
    };
  }
}
