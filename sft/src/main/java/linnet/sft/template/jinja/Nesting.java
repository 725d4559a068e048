package linnet.sft.template.jinja;

import java.util.Collection;

/**
 * How deep a value is nested; bounded, so that comparing, hashing, printing and walking it cannot overflow.
 */
final class Nesting {
  static final int MAX = 250;

  private Nesting() {}

  static int of(Value value) {
    return switch (value) {
      case ListValue l -> l.depth();
      case TupleValue t -> t.depth();
      case DictValue d -> d.depth();
      case DictView v -> v.dict().depth();
      case Iter i -> i.depth();
      default -> 0;
    };
  }

  /**
   * The depth of something that holds values.
   *
   * @throws TemplateException where that is too deep
   */
  static int above(Collection<Value> values) {
    var deepest = 0;
    for (var value : values) {
      deepest = Math.max(deepest, of(value));
    }
    return above(deepest);
  }

  static int above(Value value) {
    return above(of(value));
  }

  private static int above(int deepest) {
    if (deepest >= MAX) {
      throw tooDeep();
    }
    return deepest + 1;
  }

  static TemplateException tooDeep() {
    return new TemplateException(ErrorKind.LIMIT, "a value is nested more than " + MAX + " levels deep");
  }
}
