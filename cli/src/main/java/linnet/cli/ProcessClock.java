package linnet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalDouble;

/** Time since this process began, the launcher and the start of the JVM included. */
final class ProcessClock {
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final Path UPTIME = Path.of("/proc/uptime");
  /** Of {@link #STAT}, counted behind the name in brackets, which may hold spaces: when the process began. */
  private static final int START_FIELD = 19;
  /** What Linux counts that in on every processor, {@code USER_HZ}. */
  private static final double TICKS_PER_SECOND = 100;
  /** Linux tells the JVM in whole seconds when it was started itself, so its clock is so much off. */
  private static final double COARSE = 1.1;

  private ProcessClock() {}

  static double seconds() {
    double coarse = ProcessHandle.current().info().startInstant()
        .map(start -> Duration.between(start, Instant.now()).toMillis() * 1e-3).orElse(Double.NaN);
    // a container may show another machine's uptime, which the coarse clock gives away
    return sinceBoot().stream().filter(fine -> Math.abs(fine - coarse) < COARSE).findFirst().orElse(coarse);
  }

  /** To a hundredth of a second, where the system tells (Linux does). */
  private static OptionalDouble sinceBoot() {
    if (!Files.isReadable(STAT) || !Files.isReadable(UPTIME)) {
      return OptionalDouble.empty();
    }
    try {
      var stat = Files.readString(STAT);
      double start = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[START_FIELD])
          / TICKS_PER_SECOND;
      var uptime = Files.readString(UPTIME);
      double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
      return OptionalDouble.of(Math.round((now - start) * TICKS_PER_SECOND) / TICKS_PER_SECOND);
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException unreadable) {
      return OptionalDouble.empty();
    }
  }
}
