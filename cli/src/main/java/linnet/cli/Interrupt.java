package linnet.cli;

import java.util.concurrent.CompletableFuture;

/**
 * Ctrl-C and termination signals. Work that can end in an orderly way says how; the JVM's shutdown then asks
 * it to, and waits until the command has told how it ended. Everything else ends at once.
 */
final class Interrupt {
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
  private volatile Runnable stop;

  /** One that the signals of this process reach. */
  static Interrupt ofProcess() {
    var interrupt = new Interrupt();
    Runtime.getRuntime().addShutdownHook(new Thread(interrupt::shutDown, "interrupt"));
    return interrupt;
  }

  /** From now on a signal calls {@code action}, and the process lives until the command has ended. */
  void stopsBy(Runnable action) {
    stop = action;
  }

  /** From now on a signal ends the process at once; one that came before is still waited for. */
  void stopsAtOnce() {
    stop = null;
  }

  /** Says that the command has ended and all its messages are out. */
  void ended(int code) {
    exitCode.complete(code);
  }

  /**
   * A signal decides the exit code of a process; that of a command which was not simply stopped says more.
   */
  private void shutDown() {
    var action = stop;
    if (action != null && !exitCode.isDone()) {
      action.run();
      int code = exitCode.join();
      if (code != ExitCode.INTERRUPTED) {
        Runtime.getRuntime().halt(code);
      }
    }
  }
}
