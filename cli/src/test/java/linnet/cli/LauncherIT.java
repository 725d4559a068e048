package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import linnet.cli.Cli.Call;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./linnet} itself, as a user runs it: a copy of the script beside the jars that Maven has just made,
 * which takes them as built and so builds nothing.
 */
class LauncherIT {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path JARS = ROOT.resolve("cli/target/modules");

  @TempDir
  private Path checkout;
  private Path script;

  @BeforeEach
  void copy() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")) || Files.isExecutable(Path.of("/usr/bin/bash")),
        "the launcher is a bash script, and there is no bash");
    assumeTrue(Files.isDirectory(JARS), JARS + " is not there: run by mvnw verify, after the jars are made");
    var target = Files.createDirectories(checkout.resolve("cli/target"));
    Files.createSymbolicLink(target.resolve("modules"), JARS);
    Files.createFile(target.resolve("modules.stamp"));
    script = Files.copy(ROOT.resolve("linnet"), checkout.resolve("linnet"),
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  private Call linnet(Object... args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(script.toString()));
    List.of(args).forEach(arg -> command.add(arg.toString()));
    var builder = new ProcessBuilder(command).directory(checkout.toFile());
    builder.environment().put("JAVA25_HOME", System.getProperty("java.home"));
    var process = builder.start();
    process.getOutputStream().close();
    var out = new String(process.getInputStream().readAllBytes());
    var err = new String(process.getErrorStream().readAllBytes());
    return new Call(process.waitFor(), out, err);
  }

  @Test
  void tellsItsVersion() throws IOException, InterruptedException {
    assertEquals(new Call(ExitCode.OK, LinnetCommand.VERSION + "\n", ""), linnet("--version"));
  }

  @Test
  void tokenizesWithTheBundledModel() throws IOException, InterruptedException {
    var call = linnet("tokenize", "-m", ROOT.resolve("examples/models/linnet-tiny"), "--text",
        "Anna says: hello",
        "--json");
    assertEquals("", call.err());
    assertEquals("Anna says: hello", call.summary().at("text").asString());
    assertTrue(call.summary().at("ids").elements().size() > 3);
  }

  /** All that is said about it comes out before the process has ended, in its one line. */
  @Test
  void tellsAnErrorAndItsExitCode() throws IOException, InterruptedException {
    var call = linnet("info", "./none");
    assertEquals(ExitCode.BAD_INPUT, call.exitCode());
    assertTrue(call.err().startsWith("linnet info: PATH: ./none: there is no such file"), call.err());
    assertEquals(1, call.err().lines().count(), call.err());
  }
}
