package linnet.cli;

/** Something the user can mend; the message says what was found, what was expected and what to do. */
final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UserException(String message) {
    super(message);
  }

  /** Refuses an option's value, before any work is done, unless the condition holds. */
  static void require(boolean holds, String option, Object found, String expected) {
    if (!holds) {
      throw new UserException(option + ": found " + found + ", expected " + expected);
    }
  }

  /** Refuses a whole number below {@code least}; null, where the option was not given, is none. */
  static void requireAtLeast(long least, String option, Number found) {
    require(found == null || found.longValue() >= least, option, found, "at least " + least);
  }
}
