package linnet.sft.template.jinja;

import java.util.List;

/** {@code cycler('odd', 'even')}: gives its items in turn. */
final class Cycler implements Value {
  private final List<Value> items;
  private int index;

  Cycler(List<Value> items) {
    if (items.isEmpty()) {
      throw new TemplateException(ErrorKind.RUNTIME, "at least one item has to be provided");
    }
    this.items = items;
  }

  /** An attribute, or null where there is none of that name. */
  Value attribute(String name) {
    return switch (name) {
      case "current" -> items.get(index);
      case "next" -> new BuiltIn("next", _ -> next());
      case "reset" -> new BuiltIn("reset", _ -> reset());
      default -> null;
    };
  }

  private Value next() {
    var item = items.get(index);
    index = (index + 1) % items.size();
    return item;
  }

  private Value reset() {
    index = 0;
    return NONE;
  }

  @Override
  public String typeName() {
    return "Cycler";
  }

  @Override
  public boolean truth() {
    return true;
  }
}
