package linnet.sft.train;

/**
 * The loss or a gradient is not finite; the message says where it began, on which data, and what can be done.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
