package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Writes a file so that a reader sees the old one or the whole new one: into a temporary name in the same
 * folder, forced to the disk, then renamed. A failure leaves the old file and no other; a process killed
 * meanwhile leaves a file whose name starts with a dot and ends in {@code .tmp}.
 */
public final class AtomicFile {
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.[0-9a-f]{8}\\.tmp");

  private AtomicFile() {}

  /** What writes the content. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes all of it.
     *
     * @param out the new file, empty and writable
     * @throws IOException if it cannot be written
     */
    void writeTo(FileChannel out) throws IOException;
  }

  /**
   * Writes or replaces a file; missing folders are made.
   *
   * @param file the file
   * @param content writes what it is to hold
   * @throws UncheckedIOException if it cannot be written (a full disk, no permission); the message names the
   *     file
   */
  public static void write(Path file, Content content) {
    var target = file.toAbsolutePath();
    var temporary = temporaryBeside(target);
    try {
      Files.createDirectories(target.getParent());
      try {
        try (var out = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          content.writeTo(out);
          out.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
      forceFolder(target.getParent());
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be written: " + reason(failed), failed);
    }
  }

  /**
   * Writes or replaces a text file in UTF-8.
   *
   * @param file the file
   * @param text its whole content
   * @throws UncheckedIOException if it cannot be written
   */
  public static void writeString(Path file, String text) {
    write(file, out -> {
      var bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    });
  }

  /** Without the temporary name, which means nothing to whoever reads it; some exceptions hold that alone. */
  static String reason(IOException failed) {
    return switch (failed) {
      case AccessDeniedException denied -> "no permission";
      case NoSuchFileException missing -> "no file can be made in its folder";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> failed.getMessage();
    };
  }

  /** A name in the same folder, so that the rename stays within one file system. */
  static Path temporaryBeside(Path target) {
    String unique = UUID.randomUUID().toString().substring(0, 8);
    return target.resolveSibling("." + target.getFileName() + "." + unique + ".tmp");
  }

  /** Whether {@link #temporaryBeside} made a name. */
  static boolean isTemporary(Path path) {
    return TEMPORARY.matcher(path.getFileName().toString()).matches();
  }

  /** Makes the rename itself last; folders can be opened for reading only, which suffices for it. */
  static void forceFolder(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
