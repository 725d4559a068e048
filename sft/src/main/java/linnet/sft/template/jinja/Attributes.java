package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** What {@code object.name} and {@code object[key]} mean, with the sandbox's refusals. */
final class Attributes {
  private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

  /** What even an undefined value has, so that asking for it is not using it. */
  private static final Set<String> UNDEFINED_HAS = Set.of("__class__", "__doc__", "__init__", "__module__");

  private Attributes() {}

  /** {@code object.name}: an attribute first, then an item. */
  static Value attribute(Budget budget, Value object, String name) {
    if (object instanceof Undefined undefined && !UNDEFINED_HAS.contains(name)) {
      throw undefined.error();
    }
    if (isInternal(name)) {
      return Undefined.unsafe(object, name);
    }
    var found = find(budget, object, name);
    if (found == null && object instanceof DictValue dict) {
      found = dict.get(name);
    }
    return found != null ? found : missing(budget, Undefined.attribute(object, name));
  }

  /** {@code object[key]}: an item first, then an attribute. */
  static Value item(Budget budget, Value object, Value key) {
    if (object instanceof Undefined undefined) {
      throw undefined.error();
    }
    var found = subscript(budget, object, key);
    if (found == null && key instanceof Str name) {
      found = isInternal(name.text()) ? Undefined.unsafe(object, name.text())
          : find(budget, object, name.text());
    }
    return found != null ? found : missing(budget, Undefined.element(budget, object, key));
  }

  private static Value missing(Budget budget, Undefined undefined) {
    budget.pieces(1);
    return undefined;
  }

  private static boolean isInternal(String name) {
    return name.startsWith("__") && name.endsWith("__");
  }

  private static Value subscript(Budget budget, Value object, Value key) {
    return switch (object) {
      case DictValue dict -> key instanceof ListValue || key instanceof DictValue ? null
          : dict.entries().get(Sequences.hashable(key));
      case Str s -> {
        budget.steps(s.isPlainPlane() ? 0 : Weight.of(s));
        budget.pieces(1);
        var index = index(key, s.length());
        yield index < 0 ? null : s.codePoint(index);
      }
      case ListValue list -> element(list.items(), key);
      case TupleValue tuple -> element(tuple.items(), key);
      case Value.Range range -> {
        budget.pieces(1);
        var index = index(key, range.size());
        yield index < 0 ? null : range.at(index);
      }
      default -> null;
    };
  }

  private static Value element(List<Value> items, Value key) {
    var index = index(key, items.size());
    return index < 0 ? null : items.get(index);
  }

  /** A key as an index counted from the start, or -1 where there is no such element. */
  private static int index(Value key, int size) {
    if (!Numbers.isInteger(key)) {
      return -1;
    }
    long index = Numbers.clamped(key);
    var counted = index < 0 ? index + size : index;
    return counted >= 0 && counted < size ? (int) counted : -1;
  }

  private static Value find(Budget budget, Value object, String name) {
    var found = own(budget, object, name);
    if (found != null) {
      budget.pieces(1); // most are made for whoever asks
    }
    return found;
  }

  private static Value own(Budget budget, Value object, String name) {
    return switch (object) {
      case Str s -> StrMethods.find(budget, s, name);
      case ListValue list -> LIST_CHANGES.contains(name) ? Undefined.unsafe(object, name)
          : name.equals("copy") ? method(name, Signature.positional(), _ -> object)
          : sequence(budget, name, object, list.items());
      case TupleValue tuple -> sequence(budget, name, object, tuple.items());
      case DictValue dict -> DICT_CHANGES.contains(name) ? Undefined.unsafe(object, name)
          : dictionary(budget, name, dict);
      case Namespace namespace -> namespace.get(name);
      case LoopContext loop -> loop.attribute(name);
      case Cycler cycler -> cycler.attribute(name);
      case Macro macro -> macro.attribute(name);
      case Value.Range range -> switch (name) {
        case "start" -> Value.Int.of(range.start());
        case "stop" -> Value.Int.of(range.stop());
        case "step" -> Value.Int.of(range.step());
        case "count", "index" -> sequence(budget, name, object, Sequences.list(budget, range));
        default -> null;
      };
      case Value.Float _, Value.Int _, Value.Bool _ -> NumberMethods.find(object, name);
      default -> null;
    };
  }

  /** A method of an object as a callable value. */
  static Value method(String name, Signature signature, Function<List<Value>, Value> body) {
    return new BuiltIn(name, args -> body.apply(signature.bind(name, args)));
  }

  private static Value sequence(Budget budget, String name, Value object, List<Value> items) {
    return switch (name) {
      case "count" -> method(name, Signature.positional("value"),
          a -> Value.Int.of(items.stream()
              .filter(item -> Operators.equal(budget, item, a.getFirst())).count()));
      case "index" -> method(name, Signature.positional("value"), a -> {
        var index = 0;
        while (index < items.size() && !Operators.equal(budget, items.get(index), a.getFirst())) {
          index++;
        }
        if (index == items.size()) {
          throw TemplateException.value(object instanceof TupleValue ? "tuple.index(x): x not in tuple"
              : Printer.repr(budget, a.getFirst()) + " is not in " + object.typeName());
        }
        return Value.Int.of(index);
      });
      default -> null;
    };
  }

  private static Value dictionary(Budget budget, String name, DictValue dict) {
    return switch (name) {
      case "get" -> method(name, Signature.positional("key").or("default", Value.NONE),
          a -> dict.entries().getOrDefault(Sequences.hashable(a.getFirst()), a.get(1)));
      case "keys" -> method(name, Signature.positional(), _ -> new DictView(DictView.Part.KEYS, dict));
      case "values" -> method(name, Signature.positional(), _ -> new DictView(DictView.Part.VALUES, dict));
      case "items" -> method(name, Signature.positional(), _ -> new DictView(DictView.Part.ITEMS, dict));
      case "copy" -> method(name, Signature.positional(), _ -> dict);
      default -> null;
    };
  }

  /** Follows a path such as {@code a.b.0}, as the filters that take an attribute do. */
  static Value path(Budget budget, Value object, List<Value> parts, Value otherwise) {
    var value = object;
    for (var part : parts) {
      budget.step();
      value = item(budget, value, part);
      if (otherwise != null && value instanceof Undefined) {
        value = otherwise;
      }
    }
    return value;
  }

  /** The parts of a path: numbers are indices; {@code None} is the object itself. */
  static List<Value> parts(Budget budget, Value path) {
    if (path instanceof Value.None) {
      return List.of();
    }
    if (!(path instanceof Str text)) {
      return List.of(path);
    }
    var parts = new ArrayList<Value>();
    for (var part : text.text().split("\\.", -1)) {
      budget.pieces(1);
      parts.add(isIndex(part) ? Value.Int.of(Long.parseLong(part)) : Str.of(part));
    }
    return parts;
  }

  /** Whether a part of a path is written as an index. */
  static boolean isIndex(String text) {
    return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
