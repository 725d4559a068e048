package linnet.sft.template.jinja;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A dictionary in the order of insertion; immutable, because the sandbox refuses every method that changes
 * one.
 *
 * @param entries the entries
 * @param depth how deep it is nested
 * @param weight how much there is in it to walk
 */
public record DictValue(Map<Value, Value> entries, int depth, long weight) implements Value {
  /** Copies the entries. */
  public DictValue {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /**
   * A dictionary of entries.
   *
   * @param entries the entries
   */
  public DictValue(Map<Value, Value> entries) {
    this(entries, Math.max(Nesting.above(entries.keySet()), Nesting.above(entries.values())),
        Weight.sum(Weight.above(entries.keySet()), Weight.above(entries.values())));
  }

  /**
   * A dictionary with texts as keys.
   *
   * @param members the entries
   * @return the dictionary
   */
  public static DictValue of(Map<String, ? extends Value> members) {
    var entries = new LinkedHashMap<Value, Value>();
    members.forEach((name, value) -> entries.put(Str.of(name), value));
    return new DictValue(entries);
  }

  Value get(String key) {
    return entries.get(Str.of(key));
  }

  @Override
  public String typeName() {
    return "dict";
  }

  @Override
  public boolean truth() {
    return !entries.isEmpty();
  }
}
