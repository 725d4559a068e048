package linnet.cli;

import java.time.Duration;
import java.time.Instant;

/** Time since this process began, the start of the JVM included. */
final class ProcessClock {
  private ProcessClock() {}

  static double seconds() {
    return ProcessHandle.current().info().startInstant()
        .map(start -> Duration.between(start, Instant.now()).toMillis() * 1e-3).orElse(Double.NaN);
  }
}
