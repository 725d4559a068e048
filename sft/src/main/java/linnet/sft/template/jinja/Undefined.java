package linnet.sft.template.jinja;

import java.util.function.Supplier;

/**
 * What a missing name, attribute or item evaluates to: empty when printed, false, an error in any other use.
 *
 * @param kind the error that its use raises
 * @param message words that error's message: a key may be as long as a text can be, and most are never used
 */
record Undefined(ErrorKind kind, Supplier<String> message) implements Value {
  static Undefined name(String name) {
    return hint(() -> PythonText.repr(name) + " is undefined");
  }

  static Undefined hint(String message) {
    return hint(() -> message);
  }

  private static Undefined hint(Supplier<String> message) {
    return new Undefined(ErrorKind.UNDEFINED, message);
  }

  static Undefined attribute(Value object, String name) {
    return hint(() -> "'" + objectName(object) + "' has no attribute " + PythonText.repr(name));
  }

  static Undefined element(Budget budget, Value object, Value key) {
    return key instanceof Str name ? attribute(object, name.text())
        : hint(() -> objectName(object) + " has no element " + Printer.repr(budget, key));
  }

  static Undefined unsafe(Value object, String name) {
    return new Undefined(ErrorKind.SECURITY, () -> "access to attribute " + PythonText.repr(name) + " of "
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
    return new TemplateException(kind, message.get());
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
