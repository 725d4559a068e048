package linnet.autograd;

/** The names of ops whose records give none, made once: the tape asks for one with every call. */
final class OpNames extends ClassValue<String> {
  private static final OpNames NAMES = new OpNames();

  private OpNames() {}

  static String of(Class<? extends Op> op) {
    return NAMES.get(op);
  }

  @Override
  protected String computeValue(Class<?> op) {
    var simple = op.getSimpleName();
    return simple.isEmpty()
        ? op.getName()
        : Character.toLowerCase(simple.charAt(0)) + simple.substring(1);
  }
}
