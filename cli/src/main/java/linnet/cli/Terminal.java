package linnet.cli;

/** Whether a person sits at the other end. */
final class Terminal {
  private Terminal() {}

  /** Whether both standard input and standard output are a terminal. */
  static boolean isPresent() {
    return System.console() != null && System.console().isTerminal();
  }
}
