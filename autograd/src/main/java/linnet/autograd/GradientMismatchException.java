package linnet.autograd;

/** A gradient that central differences contradict; the message holds the place and both values. */
public final class GradientMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GradientMismatchException(String message) {
    super(message);
  }
}
