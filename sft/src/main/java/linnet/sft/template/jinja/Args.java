package linnet.sft.template.jinja;

import java.util.List;
import java.util.Map;

/**
 * The arguments of a call.
 *
 * @param positional those without a name
 * @param named those with a name, in order
 */
record Args(List<Value> positional, Map<String, Value> named) {
  static final Args EMPTY = new Args(List.of(), Map.of());

  static Args of(Value... positional) {
    return new Args(List.of(positional), Map.of());
  }

  Args dropFirst(int count) {
    return new Args(positional.subList(count, positional.size()), named);
  }
}
