package linnet.sft.template.jinja;

import java.util.Locale;

/** What {@code dict.keys()}, {@code values()} and {@code items()} return. */
record DictView(Part part, DictValue dict) implements Value {
  enum Part { KEYS, VALUES, ITEMS }

  /** What the view shows, in order; pairs are made while they are walked. */
  Iterable<Value> items() {
    var entries = dict.entries();
    return switch (part) {
      case KEYS -> entries.keySet();
      case VALUES -> entries.values();
      case ITEMS -> () -> entries.entrySet().stream()
          .<Value>map(entry -> TupleValue.of(entry.getKey(), entry.getValue())).iterator();
    };
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
