package linnet.cli;

/** Something the user can mend; the message says what was found, what was expected and what to do. */
final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UserException(String message) {
    super(message);
  }
}
