package linnet.sft.template.jinja;

import java.util.Collection;

/**
 * What it costs at most to walk a value to its end: all that it holds, counted as often as it is held. A list
 * that holds a list twice, and so on for a hundred levels, is small in memory and endless to compare.
 */
final class Weight {
  private static final int CHARACTERS = 16;

  private Weight() {}

  static long of(Value value) {
    return switch (value) {
      case Str s -> 1 + s.text().length() / CHARACTERS;
      case ListValue l -> l.weight();
      case TupleValue t -> t.weight();
      case DictValue d -> d.weight();
      case DictView v -> v.dict().weight();
      default -> 1;
    };
  }

  /** The weight of something that holds values. */
  static long above(Collection<Value> values) {
    var weight = 1L;
    for (var value : values) {
      weight = sum(weight, of(value));
    }
    return weight;
  }

  static long sum(long a, long b) {
    return a + b < 0 ? Long.MAX_VALUE : a + b;
  }
}
