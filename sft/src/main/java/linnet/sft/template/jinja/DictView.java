package linnet.sft.template.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code dict.keys()}, {@code values()} and {@code items()} return. */
record DictView(Part part, DictValue dict) implements Value {
  enum Part { KEYS, VALUES, ITEMS }

  List<Value> items() {
    return switch (part) {
      case KEYS -> List.copyOf(dict.entries().keySet());
      case VALUES -> List.copyOf(dict.entries().values());
      case ITEMS -> {
        var pairs = new ArrayList<Value>(dict.entries().size());
        dict.entries().forEach((key, value) -> pairs.add(TupleValue.of(key, value)));
        yield pairs;
      }
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
