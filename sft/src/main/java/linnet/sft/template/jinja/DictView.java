package linnet.sft.template.jinja;

import java.util.Locale;
import java.util.Map;

/** What {@code dict.keys()}, {@code values()} and {@code items()} return. */
record DictView(Part part, DictValue dict) implements Value {
  enum Part { KEYS, VALUES, ITEMS }

  /** What the view shows, in order; pairs are made while they are walked. */
  Iterable<Value> items(Budget budget) {
    var entries = dict.entries();
    return switch (part) {
      case KEYS -> entries.keySet();
      case VALUES -> entries.values();
      case ITEMS -> () -> entries.entrySet().stream()
          .map(entry -> pair(budget, entry)).iterator();
    };
  }

  private static Value pair(Budget budget, Map.Entry<Value, Value> entry) {
    budget.pieces(1);
    return TupleValue.of(entry.getKey(), entry.getValue());
  }

  @Override
  public String typeName() {
    return "dict_" + part.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public boolean truth() {
    return dict.truth();
  }
}
