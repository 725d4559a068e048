package linnet.tensor;

/** More memory was asked of a backend than its limit allows; the message holds the numbers. */
public final class MemoryLimitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what was asked for, what is in use and what the limit is. */
  public MemoryLimitException(String message) {
    super(message);
  }
}
