package linnet.sft.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * The bytes of a file that have come so far, on the disk under a name of their own, hashed as they come. What
 * an earlier process left is gone on with: the name says what content it belongs to.
 */
final class PartialFile implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final Path path;
  private final RemoteFile file;
  private final FileChannel channel;
  private MessageDigest digest;
  private long size;

  private PartialFile(Path path, RemoteFile file, FileChannel channel) {
    this.path = path;
    this.file = file;
    this.channel = channel;
    digest = file.checksum().begin(file.size());
  }

  /**
   * Opens what there is, or begins.
   *
   * @throws IOException if it cannot be read or made
   */
  static PartialFile open(Path path, RemoteFile file) throws IOException {
    var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ,
        StandardOpenOption.WRITE);
    try {
      var partial = new PartialFile(path, file, channel);
      partial.hashWhatIsThere();
      return partial;
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  private void hashWhatIsThere() throws IOException {
    if (channel.size() > file.size()) {
      restart();
      return;
    }
    var buffer = ByteBuffer.allocate(BUFFER);
    for (int read = channel.read(buffer, 0); read >= 0; read = channel.read(buffer, size)) {
      digest.update(buffer.flip());
      buffer.clear();
      size += read;
    }
  }

  /** How many bytes there are. */
  long size() {
    return size;
  }

  boolean isWhole() {
    return size == file.size();
  }

  /**
   * Adds bytes.
   *
   * @throws IOException if they cannot be written
   */
  void append(ByteBuffer bytes) throws IOException {
    digest.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      size += channel.write(bytes, size);
    }
  }

  /**
   * Forgets all bytes.
   *
   * @throws IOException if the file cannot be cut
   */
  void restart() throws IOException {
    channel.truncate(0);
    size = 0;
    digest = file.checksum().begin(file.size());
  }

  /** Whether the bytes are what the server has promised. */
  boolean isSound() {
    try {
      return file.checksum().holds((MessageDigest) digest.clone(), file.etag());
    } catch (CloneNotSupportedException impossible) {
      throw new AssertionError("the JDK's digests can be copied", impossible);
    }
  }

  /**
   * Forces the bytes to the disk and gives them their lasting name.
   *
   * @throws IOException if that fails
   */
  void moveTo(Path target) throws IOException {
    channel.force(true);
    channel.close();
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Removes what there is.
   *
   * @throws IOException if that fails
   */
  void delete() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }

  /** Keeps the bytes that have come, if there are any. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen() && size == 0) {
      delete();
    }
    channel.close();
  }
}
