package linnet.sft;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program in a process of its own, on the class path. */
public final class ChildJvm {
  private ChildJvm() {}

  /** Starts {@code program}; what it says goes to {@code log}. */
  public static Process start(Class<?> program, Path log, List<String> flags, List<String> arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--add-modules", "jdk.incubator.vector"));
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath(), program.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private static String classPath() {
    try {
      var tests = Path.of(ChildJvm.class.getResource("ChildJvm.class").toURI());
      for (int up = 0; up <= ChildJvm.class.getPackageName().split("\\.").length; up++) {
        tests = tests.getParent();
      }
      return String.join(File.pathSeparator, tests.toString(), System.getProperty("java.class.path"),
          System.getProperty("jdk.module.path", ""));
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
