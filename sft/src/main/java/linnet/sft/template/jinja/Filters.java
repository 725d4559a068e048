package linnet.sft.template.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The filters by name. */
final class Filters {
  /** What a filter does with its subject and its arguments. */
  interface Body {
    Value apply(Context context, Value subject, List<Value> arguments);
  }

  /** What a filter that takes any arguments does. */
  interface OpenBody {
    Value apply(Context context, Value subject, Args args);
  }

  private static final Map<String, OpenBody> FILTERS = Map.copyOf(all());

  private Filters() {}

  static boolean exists(String name) {
    return FILTERS.containsKey(name);
  }

  /**
   * Applies a filter.
   *
   * @throws TemplateException where there is no such filter or it cannot be applied
   */
  static Value apply(Context context, String name, Value subject, Args args) {
    var filter = FILTERS.get(name);
    if (filter == null) {
      throw new TemplateException(ErrorKind.RUNTIME, "No filter named " + PythonText.repr(name) + " found.");
    }
    var budget = context.budget();
    budget.read(subject, args);
    var result = filter.apply(context, subject, args);
    budget.result(result);
    return result;
  }

  private static Map<String, OpenBody> all() {
    var all = new HashMap<String, OpenBody>();
    TextFilters.addTo(all);
    NumberFilters.addTo(all);
    SequenceFilters.addTo(all);
    LazyFilters.addTo(all);
    return all;
  }

  static void add(Map<String, OpenBody> all, String name, Signature signature, Body body) {
    all.put(name, (context, subject, args) ->
        body.apply(context, subject, signature.bind("do_" + name, args)));
  }
}
