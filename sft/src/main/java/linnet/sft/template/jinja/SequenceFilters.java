package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Filters that look at sequences and mappings as a whole. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filters.OpenBody> all) {
    var plain = Signature.of();
    Filters.add(all, "length", plain, (_, v, _) -> Value.Int.of(Sequences.length(v)));
    Filters.add(all, "count", plain, (_, v, _) -> Value.Int.of(Sequences.length(v)));
    Filters.add(all, "list", plain, (c, v, _) -> new ListValue(Sequences.list(c.budget(), v)));
    Filters.add(all, "first", plain, (c, v, _) -> {
      var iterator = Sequences.iterate(c.budget(), v);
      return iterator.hasNext() ? iterator.next() : Undefined.hint("No first item, sequence was empty.");
    });
    Filters.add(all, "last", plain, SequenceFilters::last);
    Filters.add(all, "reverse", plain, SequenceFilters::reverse);
    var fallback = Signature.of().or("default_value", Str.EMPTY).or("boolean", Value.Bool.FALSE);
    Filters.add(all, "default", fallback, SequenceFilters::otherwise);
    Filters.add(all, "d", fallback, SequenceFilters::otherwise);
    Filters.add(all, "attr", Signature.of("name"), SequenceFilters::attribute);
    Filters.add(all, "join", Signature.of().or("d", Str.EMPTY).or("attribute", Value.NONE),
        SequenceFilters::join);
    Filters.add(all, "sum", Signature.of().or("attribute", Value.NONE).or("start", Value.Int.of(0)),
        SequenceFilters::sum);
    var extreme = Signature.of().or("case_sensitive", Value.Bool.FALSE).or("attribute", Value.NONE);
    Filters.add(all, "min", extreme, (c, v, a) -> extreme(c, v, a, true));
    Filters.add(all, "max", extreme, (c, v, a) -> extreme(c, v, a, false));
    Filters.add(all, "sort",
        Signature.of().or("reverse", Value.Bool.FALSE).or("case_sensitive", Value.Bool.FALSE)
        .or("attribute", Value.NONE), SequenceFilters::sort);
    Filters.add(all, "dictsort", Signature.of().or("case_sensitive", Value.Bool.FALSE).or("by", Str.of("key"))
        .or("reverse", Value.Bool.FALSE), SequenceFilters::dictSort);
    Filters.add(all, "groupby", Signature.of("attribute").or("default", Value.NONE)
        .or("case_sensitive", Value.Bool.FALSE), SequenceFilters::groupBy);
  }

  private static Value last(Context context, Value subject, List<Value> arguments) {
    if (subject instanceof Str text && text.truth()) {
      return text.codePoint(text.length() - 1).plain();
    }
    var items = Sequences.list(context.budget(), reversible(subject));
    return items.isEmpty() ? Undefined.hint("No last item, sequence was empty.") : items.getLast();
  }

  private static Value reversible(Value value) {
    if (!Sequences.hasLength(value) || value instanceof LoopContext) {
      throw TemplateException.type("'" + value.typeName() + "' object is not reversible");
    }
    return value;
  }

  private static Value reverse(Context context, Value subject, List<Value> arguments) {
    if (subject instanceof Str) {
      return Sequences.slice(context.budget(), subject, null, null, Value.Int.of(-1));
    }
    var items = reversible(context, subject);
    Collections.reverse(items);
    return subject instanceof Iter ? new ListValue(items)
        : new Iter(items.iterator(), subject.typeName() + "_reverseiterator", Nesting.above(items));
  }

  private static List<Value> reversible(Context context, Value subject) {
    try {
      return Sequences.list(context.budget(), subject);
    } catch (TemplateException failed) {
      throw failed.kind() == ErrorKind.TYPE
          ? new TemplateException(ErrorKind.FILTER_ARGUMENT, "argument must be iterable") : failed;
    }
  }

  private static Value otherwise(Context context, Value subject, List<Value> arguments) {
    var missing = subject instanceof Undefined || arguments.get(1).truth() && !subject.truth();
    return missing ? arguments.getFirst() : subject;
  }

  /** {@code attr}: an attribute, never an item. */
  private static Value attribute(Context context, Value subject, List<Value> arguments) {
    var name = StrMethods.text(arguments.getFirst(), "attribute name must be string, not ").text();
    return subject instanceof DictValue
        ? Attributes.attribute(context.budget(), new DictValue(Map.of()), name)
        : Attributes.attribute(context.budget(), subject, name);
  }

  private static Value join(Context context, Value subject, List<Value> arguments) {
    var budget = context.budget();
    var separator = Printer.str(budget, arguments.getFirst());
    var path = Attributes.parts(budget, arguments.get(1));
    var out = new Str.Builder(budget);
    var index = 0;
    for (var iterator = Sequences.iterate(budget, subject); iterator.hasNext(); index++) {
      var item = Printer.str(budget, Attributes.path(budget, iterator.next(), path, null));
      StrParts.append(out, separator, item, index);
    }
    return out.build();
  }

  private static Value sum(Context context, Value subject, List<Value> arguments) {
    var path = Attributes.parts(context.budget(), arguments.getFirst());
    var total = arguments.get(1);
    if (total instanceof Str) {
      throw TemplateException.type("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (var iterator = Sequences.iterate(context.budget(), subject); iterator.hasNext();) {
      var item = Attributes.path(context.budget(), iterator.next(), path, null);
      context.budget().step();
      total = Operators.arithmetic(context.budget(), TokenType.ADD, total, item);
    }
    return total;
  }

  /** What a filter compares items by: the value at a path, in lower case unless case counts. */
  record Key(Budget budget, List<Value> path, boolean caseSensitive, Value otherwise) {
    static Key of(Context context, Value path, Value caseSensitive, Value otherwise) {
      var budget = context.budget();
      return new Key(budget, Attributes.parts(budget, path), caseSensitive.truth(), otherwise);
    }

    Value of(Value item) {
      budget.step();
      var value = Attributes.path(budget, item, path, otherwise);
      if (!(value instanceof Str s) || caseSensitive) {
        return value;
      }
      var lower = Str.of(Letters.lower(s.text()));
      budget.result(lower);
      return lower;
    }
  }

  private static Value extreme(Context context, Value subject, List<Value> arguments, boolean smallest) {
    var key = Key.of(context, arguments.get(1), arguments.get(0), null);
    var items = Sequences.iterate(context.budget(), subject);
    if (!items.hasNext()) {
      return Undefined.hint("No aggregated item, sequence was empty.");
    }
    var best = items.next();
    var bestKey = key.of(best);
    while (items.hasNext()) {
      var item = items.next();
      var itemKey = key.of(item);
      if (Operators.order(context.budget(), smallest ? "<" : ">", itemKey, bestKey)) {
        best = item;
        bestKey = itemKey;
      }
    }
    return best;
  }

  private static Value sort(Context context, Value subject, List<Value> arguments) {
    var keys = new ArrayList<Key>();
    var paths = arguments.get(2) instanceof Str s
        ? List.of(s.text().split(",", -1)).stream().<Value>map(Str::of).toList() : List.of(arguments.get(2));
    paths.forEach(path -> keys.add(Key.of(context, path, arguments.get(1), null)));
    return new ListValue(sortedBy(context, Sequences.list(context.budget(), subject),
        item -> new TupleValue(keys.stream().map(key -> key.of(item)).toList()),
        Numbers.flag(arguments.getFirst())));
  }

  /** Sorts by a key that is computed once for each item. */
  private static List<Value> sortedBy(Context context, List<Value> items,
      Function<Value, Value> key, boolean reverse) {
    var pairs = new ArrayList<Value>();
    context.budget().pieces(items.size());
    items.forEach(item -> pairs.add(TupleValue.of(key.apply(item), item)));
    Comparator<Value> order = (a, b) -> Operators.sortOrder(context.budget(),
        ((TupleValue) a).items().getFirst(), ((TupleValue) b).items().getFirst());
    return Sequences.sorted(context.budget(), pairs, order, reverse).stream()
        .map(pair -> ((TupleValue) pair).items().get(1)).toList();
  }

  private static Value dictSort(Context context, Value subject, List<Value> arguments) {
    if (!(subject instanceof DictValue dict)) {
      throw subject instanceof Undefined undefined ? undefined.error()
          : new TemplateException(ErrorKind.ATTRIBUTE,
          "'" + subject.typeName() + "' object has no attribute 'items'");
    }
    var by = arguments.get(1).equals(Str.of("key")) ? 0 : arguments.get(1).equals(Str.of("value")) ? 1 : -1;
    if (by < 0) {
      throw new TemplateException(ErrorKind.FILTER_ARGUMENT,
          "You can only sort by either \"key\" or \"value\"");
    }
    var key = Key.of(context, Value.Int.of(by), arguments.getFirst(), null);
    var items = Sequences.list(context.budget(), new DictView(DictView.Part.ITEMS, dict));
    return new ListValue(sortedBy(context, items, key::of, Numbers.flag(arguments.get(2))));
  }

  private static Value groupBy(Context context, Value subject, List<Value> arguments) {
    var otherwise = arguments.get(1) instanceof Value.None ? null : arguments.get(1);
    var key = Key.of(context, arguments.getFirst(), arguments.get(2), otherwise);
    var exact = Key.of(context, arguments.getFirst(), Value.Bool.TRUE, otherwise);
    var sorted = sortedBy(context, Sequences.list(context.budget(), subject), key::of, false);
    var groups = new ArrayList<Value>();
    for (var from = 0; from < sorted.size();) {
      var to = from + 1;
      while (to < sorted.size()
          && Operators.equal(context.budget(), key.of(sorted.get(to)), key.of(sorted.get(from)))) {
        to++;
      }
      groups.add(TupleValue.of(exact.of(sorted.get(from)), new ListValue(sorted.subList(from, to))));
      from = to;
    }
    return new ListValue(groups);
  }
}
