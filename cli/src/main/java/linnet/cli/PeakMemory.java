package linnet.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The most memory that this process has held, mapped pages included. */
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String HIGH_WATER_MARK = "VmHWM:";

  private PeakMemory() {}

  /** Bytes, where the system tells (Linux does). */
  static OptionalLong bytes() {
    if (!Files.isReadable(STATUS)) {
      return OptionalLong.empty();
    }
    try (var lines = Files.lines(STATUS)) {
      return lines.filter(line -> line.startsWith(HIGH_WATER_MARK))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024).findFirst();
    } catch (IOException unreadable) {
      return OptionalLong.empty();
    }
  }

  /** Bytes that the machine has. */
  static long ofMachine() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
  }

  /** For people, for example {@code 1.23 GiB}. */
  static String text(long bytes) {
    if (bytes < 1L << 20) {
      return bytes < 1L << 10 ? bytes + " B" : "%.0f KiB".formatted(bytes / 0x1p10);
    }
    return bytes < 1L << 30 ? "%.0f MiB".formatted(bytes / 0x1p20) : "%.2f GiB".formatted(bytes / 0x1p30);
  }
}
