package linnet.sft.template.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The functions that every chat template sees, as transformers provides them. */
final class Globals {
  /** The sandbox's bound on the length of a range. */
  private static final int MAX_RANGE = 100_000;

  private Globals() {}

  static void define(Scope scope, Context context) {
    scope.set("self", new TemplateReference());
    add(scope, "range", Globals::range);
    add(scope, "dict", args -> new DictValue(mapping("dict", context.budget(), args)));
    add(scope, "namespace", args -> new Namespace(mapping("namespace", context.budget(), args)));
    add(scope, "cycler", args -> new Cycler(args.positional()));
    add(scope, "joiner", args ->
        new Joiner(Signature.of().or("sep", Str.of(", ")).bind("joiner", args).getFirst()));
    add(scope, "raise_exception", args -> {
      var message = Signature.of("message").bind("raise_exception", args).getFirst();
      throw new TemplateException(ErrorKind.RAISED, Printer.str(context.budget(), message).text());
    });
    add(scope, "strftime_now", args -> {
      var format = Signature.of("format").bind("strftime_now", args).getFirst();
      return Str.of(Strftime.format(context.now(),
          StrMethods.text(format, "strftime() argument 1 must be str, not ").text(), context.budget()));
    });
  }

  private static void add(Scope scope, String name, Function<Args, Value> body) {
    scope.set(name, new BuiltIn(name, body));
  }

  private static Value range(Args args) {
    if (!args.named().isEmpty()) {
      throw TemplateException.type("range() takes no keyword arguments");
    }
    var bounds = args.positional();
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw TemplateException.type("range expected "
          + (bounds.isEmpty() ? "at least 1 argument" : "at most 3 arguments") + ", got " + bounds.size());
    }
    var start = bounds.size() == 1 ? 0 : bound(bounds.getFirst());
    var stop = bound(bounds.get(bounds.size() == 1 ? 0 : 1));
    var step = bounds.size() < 3 ? 1 : bound(bounds.get(2));
    if (step == 0) {
      throw TemplateException.value("range() arg 3 must not be zero");
    }
    var distance = step > 0 ? stop - start : start - stop;
    var size = distance <= 0 ? 0 : (distance - 1) / Math.abs(step) + 1;
    if (size > MAX_RANGE) {
      throw new TemplateException(ErrorKind.OVERFLOW,
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX_RANGE + ").");
    }
    return new Value.Range(start, stop, step, (int) size);
  }

  private static long bound(Value value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    return Numbers.clamped(value);
  }

  private static Map<Value, Value> mapping(String function, Budget budget, Args args) {
    var entries = new LinkedHashMap<Value, Value>();
    if (args.positional().size() > 1) {
      throw TemplateException.type(function + " expected at most 1 argument, got "
          + args.positional().size());
    }
    for (var source : args.positional()) {
      if (source instanceof DictValue dict) {
        budget.pieces(dict.entries().size());
        entries.putAll(dict.entries());
      } else {
        pairs(budget, source, entries);
      }
    }
    args.named().forEach((name, value) -> entries.put(Str.of(name), value));
    return entries;
  }

  private static void pairs(Budget budget, Value source, Map<Value, Value> entries) {
    var index = 0;
    for (var item : Sequences.list(budget, source)) {
      if (!Sequences.isIterable(item)) {
        throw TemplateException.type("cannot convert dictionary update sequence element #" + index
            + " to a sequence");
      }
      budget.pieces(1);
      var pair = Sequences.list(budget, item);
      if (pair.size() != 2) {
        throw TemplateException.value("dictionary update sequence element #" + index + " has length "
            + pair.size() + "; 2 is required");
      }
      entries.put(Sequences.hashable(pair.getFirst()), pair.get(1));
      index++;
    }
  }
}
