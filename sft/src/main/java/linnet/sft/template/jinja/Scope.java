package linnet.sft.template.jinja;

import java.util.HashMap;
import java.util.Map;

/** Names and their values; a loop, macro or block has a scope of its own within the one around it. */
final class Scope {
  private final Scope outer;
  private final Map<String, Value> names = new HashMap<>();

  Scope(Scope outer) {
    this.outer = outer;
  }

  void set(String name, Value value) {
    names.put(name, value);
  }

  /** The value of a name here or further out, or null. */
  Value get(String name) {
    for (var scope = this; scope != null; scope = scope.outer) {
      var value = scope.names.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
