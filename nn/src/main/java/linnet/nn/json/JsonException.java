package linnet.nn.json;

/** Text that is not JSON, or JSON that does not hold what was expected; the message names the place. */
public class JsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * An error with its whole message.
   *
   * @param message the place, what was found and what was expected
   */
  public JsonException(String message) {
    super(ErrorText.bounded(message));
  }
}
