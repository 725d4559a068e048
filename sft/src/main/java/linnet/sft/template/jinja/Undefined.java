package linnet.sft.template.jinja;

/**
 * What a missing name, attribute or item evaluates to: empty when printed, false, an error in any other use.
 *
 * @param kind the error that its use raises
 * @param message that error's message
 */
record Undefined(ErrorKind kind, String message) implements Value {
  static Undefined name(String name) {
    return hint(PythonText.repr(name) + " is undefined");
  }

  static Undefined hint(String message) {
    return new Undefined(ErrorKind.UNDEFINED, message);
  }

  static Undefined attribute(Value object, String name) {
    return hint("'" + objectName(object) + "' has no attribute " + PythonText.repr(name));
  }

  static Undefined element(Value object, Value key) {
    return key instanceof Str name ? attribute(object, name.text())
        : hint(objectName(object) + " has no element " + Printer.repr(key));
  }

  static Undefined unsafe(Value object, String name) {
    return new Undefined(ErrorKind.SECURITY, "access to attribute " + PythonText.repr(name) + " of "
        + PythonText.repr(object.typeName()) + " object is unsafe.");
  }

  private static String objectName(Value object) {
    return switch (object) {
      case None n -> "None";
      case Namespace n -> "transformers.utils.chat_template_utils.TemplateNamespace object";
      default -> object.typeName() + " object";
    };
  }

  TemplateException error() {
    return new TemplateException(kind, message);
  }

  @Override
  public String typeName() {
    return "Undefined";
  }

  @Override
  public boolean truth() {
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return 1;
  }
}
