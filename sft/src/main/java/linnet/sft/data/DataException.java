package linnet.sft.data;

import linnet.nn.json.ErrorText;

/** Rows are not as they must be; the message names file and line, what was found, and what was expected. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public DataException(String message) {
    super(ErrorText.bounded(message));
  }

  /** With a message for the user, and the error behind it. */
  public DataException(String message, Throwable cause) {
    super(ErrorText.bounded(message), cause);
  }
}
