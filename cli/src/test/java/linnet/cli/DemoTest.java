package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the demo promises, on the model that comes with the project. */
class DemoTest {
  @TempDir
  private Path folder;

  @Test
  void theBundledModelLearnsPuzzlesOfKindsThatItWasNotTrainedOn() {
    System.setProperty("linnet.home", Path.of("..").toAbsolutePath().normalize().toString());
    try {
      var summary = Cli.run("demo", "-o", folder.resolve("demo"), "--json").summary();
      double before = summary.at("accuracyBefore").asDouble();
      double after = summary.at("accuracyAfter").asDouble();
      assertTrue(before <= 0.35, "near chance before: " + before);
      assertTrue(after >= 0.9, "after: " + after);
    } finally {
      System.clearProperty("linnet.home");
    }
  }
}
