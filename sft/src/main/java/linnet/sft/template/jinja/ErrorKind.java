package linnet.sft.template.jinja;

/** What went wrong in a template, named by the exception that jinja2 or Python would have raised. */
public enum ErrorKind {
  /** The source is not a template. */
  SYNTAX("TemplateSyntaxError"),
  /** A filter or test that does not exist, found while parsing. */
  ASSERTION("TemplateAssertionError"),
  /** An undefined value was used. */
  UNDEFINED("UndefinedError"),
  /** The template asked for something the sandbox does not give. */
  SECURITY("SecurityError"),
  /** The template refused its input through {@code raise_exception}. */
  RAISED("TemplateError"),
  /** A filter or test that does not exist, found while rendering. */
  RUNTIME("TemplateRuntimeError"),
  /** A filter was given an argument that it cannot use. */
  FILTER_ARGUMENT("FilterArgumentError"),
  /** An operation on values of the wrong types. */
  TYPE("TypeError"),
  /** A value out of its domain. */
  VALUE("ValueError"),
  /** A missing key in a format. */
  KEY("KeyError"),
  /** An index out of a sequence. */
  INDEX("IndexError"),
  /** An attribute that does not exist. */
  ATTRIBUTE("AttributeError"),
  /** A failed assertion inside a filter. */
  ASSERT("AssertionError"),
  /** Division by zero. */
  ZERO_DIVISION("ZeroDivisionError"),
  /** A number or range that is too large. */
  OVERFLOW("OverflowError"),
  /** One of the {@link Limits} was reached. */
  LIMIT("LimitExceeded");

  private final String pythonName;

  ErrorKind(String pythonName) {
    this.pythonName = pythonName;
  }

  /**
   * The exception class that jinja2 or Python raises.
   *
   * @return its simple name; for {@link #LIMIT} a name of our own
   */
  public String pythonName() {
    return pythonName;
  }
}
