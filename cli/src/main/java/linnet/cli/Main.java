package linnet.cli;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The entry point of the {@code linnet} command. */
public final class Main {
  private static final String FILTER = "linnet.stderr.filter";

  private Main() {}

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    var interrupt = Interrupt.ofProcess();
    int code = ExitCode.FAILED;
    try {
      code = LinnetCommand.commandLine(interrupt, args).execute(args);
    } finally {
      awaitFilter();
      interrupt.ended(code);
    }
    System.exit(code);
  }

  /**
   * The launcher passes standard error through a filter. Whoever waits for this process expects that all its
   * messages are out when it ends, so it lets the filter come to its end first.
   */
  private static void awaitFilter() {
    var filter = Long.getLong(FILTER);
    if (filter != null) {
      System.err.close();
      ProcessHandle.of(filter).ifPresent(process -> process.onExit()
          .completeOnTimeout(process, 1, TimeUnit.SECONDS).join());
    }
  }
}
