package linnet.sft.template.jinja;

import java.util.List;

/**
 * A list; immutable, because the sandbox refuses every method that changes one.
 *
 * @param items the elements
 * @param depth how deep it is nested
 * @param weight how much there is in it to walk
 */
public record ListValue(List<Value> items, int depth, long weight) implements Value {
  /** Copies the elements. */
  public ListValue {
    items = List.copyOf(items);
  }

  /**
   * A list of elements.
   *
   * @param items the elements
   */
  public ListValue(List<Value> items) {
    this(items, Nesting.above(items), Weight.above(items));
  }

  @Override
  public String typeName() {
    return "list";
  }

  @Override
  public boolean truth() {
    return !items.isEmpty();
  }
}
