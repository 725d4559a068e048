package linnet.sft.template.jinja;

import java.util.Iterator;

/**
 * A value that can be walked once, such as what {@code map} and {@code select} return.
 *
 * @param iterator what is left
 * @param typeName the Python type
 * @param depth how deep the sources it draws from are nested
 */
record Iter(Iterator<Value> iterator, String typeName, int depth) implements Value {
  static Iter generator(Value source, Iterator<Value> iterator) {
    return new Iter(iterator, "generator", Nesting.above(source));
  }

  @Override
  public boolean truth() {
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
