package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Filters whose result is walked once and made as it is walked, as Python's generators are. */
final class LazyFilters {
  private LazyFilters() {}

  static void addTo(Map<String, Filters.OpenBody> all) {
    all.put("map", LazyFilters::map);
    all.put("select", (c, v, a) -> select(c, v, a, true, false));
    all.put("reject", (c, v, a) -> select(c, v, a, false, false));
    all.put("selectattr", (c, v, a) -> select(c, v, a, true, true));
    all.put("rejectattr", (c, v, a) -> select(c, v, a, false, true));
    Filters.add(all, "items", Signature.of(), LazyFilters::items);
    Filters.add(all, "unique",
        Signature.of().or("case_sensitive", Value.Bool.FALSE).or("attribute", Value.NONE),
        LazyFilters::unique);
    Filters.add(all, "batch", Signature.of("linecount").or("fill_with", Value.NONE), LazyFilters::batch);
    Filters.add(all, "slice", Signature.of("slices").or("fill_with", Value.NONE), LazyFilters::slice);
  }

  private static Value map(Context context, Value subject, Args args) {
    return walked(context, subject, () -> mapping(context, args), () -> _ -> true);
  }

  private static Function<Value, Value> mapping(Context context, Args args) {
    if (args.positional().isEmpty() && args.named().containsKey("attribute")) {
      for (var name : args.named().keySet()) {
        if (!name.equals("attribute") && !name.equals("default")) {
          throw new TemplateException(ErrorKind.FILTER_ARGUMENT,
              "Unexpected keyword argument " + PythonText.repr(name));
        }
      }
      var path = Attributes.parts(context.budget(), args.named().get("attribute"));
      var given = args.named().get("default");
      var otherwise = given instanceof Value.None ? null : given;
      return item -> Attributes.path(context.budget(), item, path, otherwise);
    }
    if (args.positional().isEmpty()) {
      throw new TemplateException(ErrorKind.FILTER_ARGUMENT, "map requires a filter argument");
    }
    var name = Printer.str(context.budget(), args.positional().getFirst()).text();
    var rest = args.dropFirst(1);
    if (!Filters.exists(name)) {
      throw new TemplateException(ErrorKind.RUNTIME, "No filter named " + PythonText.repr(name) + ".");
    }
    return item -> Filters.apply(context, name, item, rest);
  }

  private static Value select(Context context, Value subject, Args args, boolean keep, boolean byAttribute) {
    return walked(context, subject, Function::identity, () -> {
      var test = predicate(context, args, byAttribute);
      return item -> test.test(item) == keep;
    });
  }

  private static Predicate<Value> predicate(Context context, Args args, boolean byAttribute) {
    if (byAttribute && args.positional().isEmpty()) {
      throw new TemplateException(ErrorKind.FILTER_ARGUMENT, "Missing parameter for attribute name");
    }
    var path = byAttribute ? Attributes.parts(context.budget(), args.positional().getFirst())
        : List.<Value>of();
    var rest = byAttribute ? args.dropFirst(1) : args;
    if (rest.positional().isEmpty()) {
      return item -> Attributes.path(context.budget(), item, path, null).truth();
    }
    var name = Printer.str(context.budget(), rest.positional().getFirst()).text();
    var arguments = rest.dropFirst(1);
    if (!Tests.exists(name)) {
      throw new TemplateException(ErrorKind.RUNTIME, "No test named " + PythonText.repr(name) + ".");
    }
    return item -> Tests.holds(context, name, Attributes.path(context.budget(), item, path, null), arguments);
  }

  /** The items that a predicate lets through, changed by a function; nothing for a subject that is false. */
  private static Value walked(Context context, Value subject, Supplier<Function<Value, Value>> function,
      Supplier<Predicate<Value>> predicate) {
    return lazily(subject, () -> {
      if (!subject.truth()) {
        return Collections.emptyIterator();
      }
      var change = function.get();
      var keep = predicate.get();
      var source = Sequences.iterate(context.budget(), subject);
      return new LookAhead() {
        @Override
        protected Value find() {
          while (source.hasNext()) {
            context.budget().step();
            var item = source.next();
            if (keep.test(item)) {
              return change.apply(item);
            }
          }
          return null;
        }
      };
    });
  }

  /** A generator: nothing is looked at, and nothing can go wrong, before it is asked for its first item. */
  private static Value lazily(Value subject, Supplier<Iterator<Value>> items) {
    return Iter.generator(subject, new LookAhead() {
      private Iterator<Value> source;

      @Override
      protected Value find() {
        source = source == null ? items.get() : source;
        return source.hasNext() ? source.next() : null;
      }
    });
  }

  private static Value items(Context context, Value subject, List<Value> arguments) {
    return lazily(subject, () -> switch (subject) {
      case Undefined _ -> Collections.emptyIterator();
      case DictValue dict -> new DictView(DictView.Part.ITEMS, dict).items(context.budget()).iterator();
      default -> throw TemplateException.type("Can only get item pairs from a mapping.");
    });
  }

  private static Value unique(Context context, Value subject, List<Value> arguments) {
    return lazily(subject, () -> uniqueItems(context, subject, arguments));
  }

  private static Iterator<Value> uniqueItems(Context context, Value subject, List<Value> arguments) {
    var key = SequenceFilters.Key.of(context, arguments.get(1), arguments.get(0), null);
    var seen = new HashSet<Value>();
    var kept = new ArrayList<Value>();
    for (var item : Sequences.list(context.budget(), subject)) {
      if (seen.add(Sequences.hashable(key.of(item)))) {
        kept.add(item);
      }
    }
    return kept.iterator();
  }

  private static Value batch(Context context, Value subject, List<Value> arguments) {
    return lazily(subject, () -> batches(context, subject, arguments));
  }

  private static Iterator<Value> batches(Context context, Value subject, List<Value> arguments) {
    var given = Numbers.clamped(arguments.getFirst());
    var items = Sequences.list(context.budget(), subject);
    var batches = new ArrayList<Value>();
    if (given == 0 && !items.isEmpty()) { // Python's generator compares before it adds
      batches.add(new ListValue(List.of()));
    }
    var size = given > 0 ? given : Integer.MAX_VALUE;
    for (var from = 0; from < items.size(); from += size) {
      var batch = new ArrayList<>(items.subList(from, (int) Math.min(items.size(), (long) from + size)));
      fill(context, batch, given, arguments.get(1));
      context.budget().pieces(1);
      batches.add(new ListValue(batch));
    }
    return batches.iterator();
  }

  private static void fill(Context context, List<Value> items, int size, Value with) {
    if (!(with instanceof Value.None)) {
      context.budget().elements(Math.max(0, (long) size - items.size()));
      while (items.size() < size) {
        items.add(with);
      }
    }
  }

  private static Value slice(Context context, Value subject, List<Value> arguments) {
    return lazily(subject, () -> slices(context, subject, arguments));
  }

  private static Iterator<Value> slices(Context context, Value subject, List<Value> arguments) {
    var count = Numbers.clamped(arguments.getFirst());
    var items = Sequences.list(context.budget(), subject);
    if (count == 0) {
      throw new TemplateException(ErrorKind.ZERO_DIVISION, "integer division or modulo by zero");
    }
    context.budget().pieces(Math.max(0, count));
    var slices = new ArrayList<Value>();
    var from = 0;
    for (var i = 0; i < count; i++) {
      var extra = i < items.size() % count;
      var to = from + items.size() / count + (extra ? 1 : 0);
      var slice = new ArrayList<>(items.subList(from, to));
      if (!extra) {
        fill(context, slice, slice.size() + 1, arguments.get(1));
      }
      slices.add(new ListValue(slice));
      from = to;
    }
    return slices.iterator();
  }
}
