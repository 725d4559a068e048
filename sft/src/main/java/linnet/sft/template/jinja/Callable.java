package linnet.sft.template.jinja;

/** A value that can be called. */
sealed interface Callable extends Value permits BuiltIn, Macro, LoopContext, Joiner {
  /**
   * Calls it.
   *
   * @throws TemplateException where the arguments do not fit or the call fails
   */
  Value call(Args args);

  @Override
  default boolean truth() {
    return true;
  }
}
