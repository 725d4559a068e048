package linnet.sft.template.jinja;

import linnet.nn.json.ErrorText;

/** A template that cannot be parsed or rendered: what, where, and why. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorKind kind;
  private final String detail;
  private final transient Position position;

  /**
   * An error with no place yet; the evaluator adds the place of the expression it evaluates.
   *
   * @param kind what kind of error
   * @param detail the message, worded as Python words it
   */
  public TemplateException(ErrorKind kind, String detail) {
    this(kind, detail, null, null, null);
  }

  TemplateException(ErrorKind kind, String detail, String template, Position position, Throwable cause) {
    super(message(kind, detail, template, position), cause);
    this.kind = kind;
    this.detail = detail;
    this.position = position;
  }

  private static String message(ErrorKind kind, String detail, String template, Position position) {
    var what = kind.pythonName() + ": " + detail;
    return ErrorText.bounded(position == null ? what : "template " + template + ":" + position + ": " + what);
  }

  static TemplateException type(String detail) {
    return new TemplateException(ErrorKind.TYPE, detail);
  }

  static TemplateException value(String detail) {
    return new TemplateException(ErrorKind.VALUE, detail);
  }

  /** The same error at a place; an error that has a place keeps it. */
  TemplateException at(String template, Position place) {
    return position != null ? this : new TemplateException(kind, detail, template, place, this);
  }

  /**
   * What kind of error this is.
   *
   * @return the kind
   */
  public ErrorKind kind() {
    return kind;
  }

  /**
   * The message without the template's name and the place.
   *
   * @return the message as Python words it
   */
  public String detail() {
    return detail;
  }

  /**
   * Where in the template.
   *
   * @return the place, or null where the error belongs to no place (for example wrong input)
   */
  public Position position() {
    return position;
  }
}
