package linnet.sft.template.jinja;

/** {@code joiner(', ')}: empty on the first call, the separator on every later one. */
final class Joiner implements Callable {
  private final Value separator;
  private boolean used;

  Joiner(Value separator) {
    this.separator = separator;
  }

  @Override
  public Value call(Args args) {
    Signature.of().bind("joiner", args);
    var result = used ? separator : Str.EMPTY;
    used = true;
    return result;
  }

  @Override
  public String typeName() {
    return "Joiner";
  }
}
