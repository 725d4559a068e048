package linnet.sft.template.jinja;

import java.util.function.Function;

/** A global function, or a method bound to its object. */
record BuiltIn(String name, Function<Args, Value> body) implements Callable {
  @Override
  public Value call(Args args) {
    return body.apply(args);
  }

  @Override
  public String typeName() {
    return "builtin_function_or_method";
  }
}
