package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir
  Path folder;

  @Test
  void replacesAFileAndMakesItsFolder() throws IOException {
    var file = folder.resolve("a/b/text");
    AtomicFile.writeString(file, "one");
    AtomicFile.writeString(file, "naïve");
    assertEquals("naïve", Files.readString(file));
    assertEquals(List.of("text"), Bytes.names(file.getParent()));
  }

  @Test
  void writesBesideTheWorkingFolderToo() throws IOException {
    var file = Path.of("target", "atomic-file-test.txt");
    AtomicFile.writeString(file, "x");
    assertEquals("x", Files.readString(file));
    Files.delete(file);
  }

  @Test
  void namesTheFileThatCannotBeWritten() throws IOException {
    var inTheWay = Files.writeString(folder.resolve("file"), "");
    var target = inTheWay.resolve("x");
    var error = assertThrows(UncheckedIOException.class, () -> AtomicFile.writeString(target, "x"));
    assertTrue(error.getMessage().startsWith(target + ": cannot be written: "), error.getMessage());
    var isFolder = Files.createDirectories(folder.resolve("folder/inside")).getParent();
    assertThrows(UncheckedIOException.class, () -> AtomicFile.writeString(isFolder, "x"));
    assertEquals(List.of("file", "folder"), Bytes.names(folder));
  }

  /**
   * Kills a process in the middle of writing: the old file is whole, and only a temporary one is beside it.
   */
  @Test
  void aKilledWriterLeavesTheOldFile() throws Exception {
    var file = Files.writeString(folder.resolve("a"), "old");
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process = new ProcessBuilder(java, "-cp", classPath(), EndlessWriter.class.getName(), file.toString())
        .inheritIO().start();
    try {
      assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
        while (Bytes.names(folder).size() < 2) {
          assertTrue(process.isAlive(), "the writer ended by itself");
          Thread.sleep(10);
        }
      });
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertEquals("old", Files.readString(file));
    var names = Bytes.names(folder);
    assertEquals(2, names.size(), names.toString());
    assertTrue(names.getFirst().matches("\\.a\\.[0-9a-f]{8}\\.tmp"), names.toString());
  }

  private static String classPath() throws URISyntaxException {
    var tests = Path.of(AtomicFileTest.class.getResource("AtomicFileTest.class").toURI())
        .getParent().getParent().getParent().getParent();
    return String.join(File.pathSeparator, tests.toString(), System.getProperty("java.class.path"),
        System.getProperty("jdk.module.path", ""));
  }

  /** Writes without an end. */
  static final class EndlessWriter {
    private EndlessWriter() {}

    public static void main(String[] arguments) {
      AtomicFile.write(Path.of(arguments[0]), out -> {
        while (true) { // over and over the same place, so that the disk stays free
          out.write(ByteBuffer.wrap(new byte[1 << 10]), 0);
        }
      });
    }
  }
}
