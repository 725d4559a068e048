package linnet.cli;

/** What the command's exit codes mean. */
final class ExitCode {
  /** All went well. */
  static final int OK = 0;
  /** Linnet failed where it should not have: a bug, or the machine gave up. */
  static final int FAILED = 1;
  /** The command line, a file or the data is not as it must be. */
  static final int BAD_INPUT = 2;
  /** Stopped by Ctrl-C or a termination signal, after saving what there was. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
