package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.function.Consumer;

/** Makes a folder of files that appears under its name only when all of them are written. */
public final class AtomicFolder {
  private AtomicFolder() {}

  /**
   * Makes a new folder.
   *
   * @param folder the folder; it must not exist, or be empty
   * @param content writes the files into the temporary folder it is given
   * @throws UncheckedIOException if the folder holds something already or cannot be written; then nothing is
   *     left
   */
  public static void write(Path folder, Consumer<Path> content) {
    var target = folder.toAbsolutePath();
    var temporary = AtomicFile.temporaryBeside(target);
    try {
      requireFree(folder);
      Files.createDirectories(temporary);
      try {
        fill(temporary, folder, content);
        AtomicFile.forceFolder(temporary);
        Files.deleteIfExists(target);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        deleteTree(temporary);
      }
      AtomicFile.forceFolder(target.getParent());
    } catch (IOException failed) {
      throw new UncheckedIOException(folder + ": cannot be written: " + AtomicFile.reason(failed), failed);
    }
  }

  /**
   * Removes what processes that were killed left half written in a folder.
   *
   * @throws UncheckedIOException if that cannot be done
   */
  public static void deleteLeftovers(Path folder) {
    try (var entries = Files.list(folder)) {
      for (var leftover : entries.filter(AtomicFile::isTemporary).toList()) {
        deleteTree(leftover);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(folder + ": cannot be cleared: " + AtomicFile.reason(failed), failed);
    }
  }

  /** The temporary name means nothing to whoever reads an error. */
  private static void fill(Path temporary, Path folder, Consumer<Path> content) {
    try {
      content.accept(temporary);
    } catch (UncheckedIOException failed) {
      String message = failed.getMessage().replace(temporary.toString(), folder.toString());
      throw new UncheckedIOException(message, failed.getCause());
    }
  }

  private static void requireFree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new IOException("found a file, expected a new folder");
    }
    try (var entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new IOException("found a folder that is not empty, expected a new or empty one");
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var tree = Files.walk(folder)) {
      for (var path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
