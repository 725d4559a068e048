package linnet.nn.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  @TempDir
  Path folder;

  @Test
  void appearsOnlyWhenComplete() throws IOException {
    var target = folder.resolve("deep/model");
    AtomicFolder.write(target, temporary -> {
      AtomicFile.writeString(temporary.resolve("a"), "1");
      assertTrue(Files.notExists(target));
      AtomicFile.writeString(temporary.resolve("sub/b"), "2");
    });
    assertEquals(List.of("a", "sub"), Bytes.names(target));
    assertEquals(List.of("model"), Bytes.names(target.getParent()));
    var empty = Files.createDirectory(folder.resolve("empty"));
    AtomicFolder.write(empty, temporary -> AtomicFile.writeString(temporary.resolve("a"), "1"));
    assertEquals(List.of("a"), Bytes.names(empty));
  }

  @Test
  void aFailureLeavesNothing() {
    var target = folder.resolve("model");
    assertThrows(IllegalStateException.class, () -> AtomicFolder.write(target, temporary -> {
      AtomicFile.writeString(temporary.resolve("sub/a"), "1");
      throw new IllegalStateException();
    }));
    var full = assertThrows(UncheckedIOException.class, () -> AtomicFolder.write(target,
        temporary -> AtomicFile.write(temporary.resolve("a"), _ -> {
          throw new IOException("No space left on device");
        })));
    assertEquals(target.resolve("a") + ": cannot be written: No space left on device", full.getMessage());
    assertEquals(List.of(), Bytes.names(folder));
  }

  @Test
  void keepsAFolderThatHoldsSomething() throws IOException {
    Files.writeString(folder.resolve("mine"), "x");
    var error = assertThrows(UncheckedIOException.class, () -> AtomicFolder.write(folder, _ -> { }));
    assertEquals(folder + ": cannot be written: found a folder that is not empty, expected a new or empty"
        + " one", error.getMessage());
    assertThrows(UncheckedIOException.class, () -> AtomicFolder.write(folder.resolve("mine"), _ -> { }));
    assertEquals(List.of("mine"), Bytes.names(folder));
  }
}
