package linnet.tensor.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program run to its end in a process of its own, on the class path. */
final class ChildJvm {
  /** How it ended, and what it said. */
  record Outcome(int status, String log) {}

  private ChildJvm() {}

  static Outcome run(Class<?> program, List<String> flags, List<String> arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-Xmx1g", "-cp", classes(), program.getName()));
    command.addAll(arguments);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.getInputStream()) {
      var log = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), log);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String classes() {
    return Path.of("target", "classes") + File.pathSeparator + Path.of("target", "test-classes");
  }
}
