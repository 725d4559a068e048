package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Walking, measuring, searching and cutting values that hold others. */
final class Sequences {
  private static final int MAX_KEY_WEIGHT = 10_000;

  private Sequences() {}

  static boolean isIterable(Value value) {
    return switch (value) {
      case Str _, ListValue _, TupleValue _, DictValue _, DictView _, Value.Range _, Iter _, LoopContext _,
          Undefined _ -> true;
      default -> false;
    };
  }

  /**
   * Python's {@code iter(value)}.
   *
   * @throws TemplateException where the value cannot be walked
   */
  static Iterator<Value> iterate(Budget budget, Value value) {
    return switch (value) {
      case Str s -> codePoints(budget, s);
      case ListValue l -> l.items().iterator();
      case TupleValue t -> t.items().iterator();
      case DictValue d -> d.entries().keySet().iterator();
      case DictView v -> v.items(budget).iterator();
      case Value.Range r -> range(budget, r);
      case Iter i -> i.iterator();
      case LoopContext l -> l.rest();
      case Undefined _ -> Collections.emptyIterator();
      default -> throw TemplateException.type("'" + value.typeName() + "' object is not iterable");
    };
  }

  private static Iterator<Value> codePoints(Budget budget, Str s) {
    return new Iterator<>() {
      private int offset;

      @Override
      public boolean hasNext() {
        return offset < s.text().length();
      }

      @Override
      public Value next() {
        budget.pieces(1);
        var from = offset;
        offset += Character.charCount(s.text().codePointAt(from));
        return s.substring(from, offset).plain();
      }
    };
  }

  private static Iterator<Value> range(Budget budget, Value.Range range) {
    return new Iterator<>() {
      private int index;

      @Override
      public boolean hasNext() {
        return index < range.size();
      }

      @Override
      public Value next() {
        budget.pieces(1);
        return range.at(index++);
      }
    };
  }

  /** Python's {@code list(value)}. */
  static List<Value> list(Budget budget, Value value) {
    var items = new ArrayList<Value>();
    for (var iterator = iterate(budget, value); iterator.hasNext();) {
      budget.elements(1);
      items.add(iterator.next());
    }
    return items;
  }

  static boolean hasLength(Value value) {
    return isIterable(value) && !(value instanceof Iter);
  }

  /**
   * Python's {@code len(value)}.
   *
   * @throws TemplateException where the value has no length
   */
  static int length(Value value) {
    return switch (value) {
      case Str s -> s.length();
      case ListValue l -> l.items().size();
      case TupleValue t -> t.items().size();
      case DictValue d -> d.entries().size();
      case DictView v -> v.dict().entries().size();
      case Value.Range r -> r.size();
      case LoopContext l -> l.length();
      case Undefined _ -> 0;
      default -> throw TemplateException.type("object of type '" + value.typeName() + "' has no len()");
    };
  }

  /** Python's {@code item in container}. */
  static boolean contains(Budget budget, Value container, Value item) {
    if (container instanceof Str text) {
      if (item instanceof Undefined undefined) {
        throw TemplateException.type("'in <string>' requires string as left operand, not "
            + undefined.typeName());
      }
      if (!(item instanceof Str part)) {
        throw TemplateException.type("'in <string>' requires string as left operand, not " + item.typeName());
      }
      var needle = Needle.first(part.text());
      budget.steps(needle.steps(text.text().length()));
      return needle.in(text.text(), 0, text.text().length()) >= 0;
    }
    if (container instanceof DictValue dict) {
      return dict.entries().containsKey(hashable(item));
    }
    if (!isIterable(container)) {
      throw TemplateException.type("argument of type '" + container.typeName() + "' is not iterable");
    }
    for (var iterator = iterate(budget, container); iterator.hasNext();) {
      if (Operators.equal(budget, iterator.next(), item)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The value itself, if it can be a dictionary's key.
   *
   * @throws TemplateException where it cannot
   */
  static Value hashable(Value key) {
    return switch (key) {
      case ListValue _, DictValue _ ->
          throw TemplateException.type("unhashable type: '" + key.typeName() + "'");
      case TupleValue t -> {
        if (t.weight() > MAX_KEY_WEIGHT) {
          throw new TemplateException(ErrorKind.LIMIT, "a key of a dictionary holds more than "
              + MAX_KEY_WEIGHT + " values");
        }
        t.items().forEach(Sequences::hashable);
        yield key;
      }
      default -> key;
    };
  }

  /** The elements of a value that has an order and a length, or null. */
  static List<Value> ordered(Value value) {
    return switch (value) {
      case ListValue l -> l.items();
      case TupleValue t -> t.items();
      default -> null;
    };
  }

  /**
   * Python's {@code value[start:stop:step]}; null bounds are left out.
   *
   * @throws TemplateException where the value cannot be cut or a bound is no integer
   */
  static Value slice(Budget budget, Value value, Value start, Value stop, Value step) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (value instanceof DictValue) {
      throw TemplateException.type("unhashable type: 'slice'");
    }
    if (!(value instanceof Str) && !(value instanceof Value.Range) && ordered(value) == null) {
      throw TemplateException.type("'" + value.typeName() + "' object is not subscriptable");
    }
    var cut = Cut.of(length(value), bound(start), bound(stop), bound(step));
    if (value instanceof Str s) {
      if (cut.step() != 1 || !s.isPlainPlane()) {
        budget.read(s);
      }
      var part = slice(budget, s, cut);
      budget.result(part);
      return part;
    }
    budget.elements(cut.size());
    return switch (value) {
      case TupleValue t -> new TupleValue(pick(t.items(), cut));
      case Value.Range r -> new Value.Range(r.start() + cut.first() * r.step(),
          r.start() + cut.stop() * r.step(), r.step() * cut.step(), cut.size());
      default -> new ListValue(pick(ordered(value), cut));
    };
  }

  private static Integer bound(Value bound) {
    if (bound == null || bound instanceof Value.None) {
      return null;
    }
    if (!Numbers.isInteger(bound)) {
      throw TemplateException.type("slice indices must be integers or None or have an __index__ method");
    }
    return Numbers.clamped(bound);
  }

  private static Str slice(Budget budget, Str s, Cut cut) {
    if (cut.step() == 1) {
      var from = s.offset(cut.first());
      return s.substring(from, cut.size() == 0 ? from : s.offset(cut.first() + cut.size()));
    }
    var offsets = codePointOffsets(s);
    var out = new Str.Builder(budget);
    for (var i = 0; i < cut.size(); i++) {
      var at = cut.at(i);
      out.add(s.substring(offsets[at], offsets[at + 1]));
    }
    return out.build();
  }

  private static int[] codePointOffsets(Str s) {
    var offsets = new int[s.length() + 1];
    for (var i = 0; i < s.length(); i++) {
      offsets[i + 1] = offsets[i] + Character.charCount(s.text().codePointAt(offsets[i]));
    }
    return offsets;
  }

  private static List<Value> pick(List<Value> items, Cut cut) {
    var picked = new ArrayList<Value>(cut.size());
    for (var i = 0; i < cut.size(); i++) {
      picked.add(items.get(cut.at(i)));
    }
    return picked;
  }

  /** A resolved slice: {@code size} indices from {@code first} on, {@code step} apart. */
  private record Cut(int first, int stop, int step, int size) {
    static Cut of(int length, Integer start, Integer stop, Integer step) {
      long by = step == null ? 1 : step;
      if (by == 0) {
        throw TemplateException.value("slice step cannot be zero");
      }
      var lowest = by > 0 ? 0 : -1;
      var highest = by > 0 ? length : length - 1;
      var from = start == null ? (by > 0 ? lowest : highest) : clamp(start, length, lowest, highest);
      var to = stop == null ? (by > 0 ? highest : lowest) : clamp(stop, length, lowest, highest);
      var distance = by > 0 ? (long) to - from : (long) from - to;
      var size = distance <= 0 ? 0 : (distance - 1) / Math.abs(by) + 1;
      return new Cut(from, to, (int) by, (int) size);
    }

    private static int clamp(int index, int length, int lowest, int highest) {
      var positive = index < 0 ? (long) index + length : index;
      return (int) Math.clamp(positive, lowest, highest);
    }

    int at(int index) {
      return (int) (first + (long) index * step);
    }
  }

  /** Python's stable sort; a comparison may fail, or be inconsistent where a NaN is among the values. */
  static List<Value> sorted(Budget budget, List<Value> items, Comparator<Value> order, boolean reverse) {
    var result = new ArrayList<>(items);
    if (reverse) {
      Collections.reverse(result);
    }
    mergeSort(budget, result, order);
    if (reverse) {
      Collections.reverse(result);
    }
    return result;
  }

  private static void mergeSort(Budget budget, List<Value> items, Comparator<Value> order) {
    if (items.size() < 2) {
      return;
    }
    budget.steps(items.size());
    var left = new ArrayList<>(items.subList(0, items.size() / 2));
    var right = new ArrayList<>(items.subList(items.size() / 2, items.size()));
    mergeSort(budget, left, order);
    mergeSort(budget, right, order);
    var a = 0;
    var b = 0;
    for (var i = 0; i < items.size(); i++) {
      var takeLeft = b == right.size() || a < left.size() && order.compare(right.get(b), left.get(a)) >= 0;
      items.set(i, takeLeft ? left.get(a++) : right.get(b++));
    }
  }
}
