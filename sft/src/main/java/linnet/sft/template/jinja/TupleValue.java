package linnet.sft.template.jinja;

import java.util.List;

/**
 * A tuple.
 *
 * @param items the elements
 * @param depth how deep it is nested
 * @param weight how much there is in it to walk
 */
public record TupleValue(List<Value> items, int depth, long weight) implements Value {
  /** Copies the elements. */
  public TupleValue {
    items = List.copyOf(items);
  }

  /**
   * A tuple of elements.
   *
   * @param items the elements
   */
  public TupleValue(List<Value> items) {
    this(items, Nesting.above(items), Weight.above(items));
  }

  static TupleValue of(Value... items) {
    return new TupleValue(List.of(items));
  }

  @Override
  public String typeName() {
    return "tuple";
  }

  @Override
  public boolean truth() {
    return !items.isEmpty();
  }
}
