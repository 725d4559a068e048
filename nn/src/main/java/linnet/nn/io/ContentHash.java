package linnet.nn.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of several parts in order. The length of each is hashed before it, so that parts cannot run
 * together.
 */
public final class ContentHash {
  private static final int BUFFER = 1 << 18;

  private final MessageDigest digest = sha256();

  /**
   * The plain function, for whoever hashes a stream while reading it.
   *
   * @return a new SHA-256
   */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }

  /**
   * The plain SHA-256 of a file's bytes.
   *
   * @param file the file
   * @return 32 bytes
   * @throws IOException if it cannot be read
   */
  public static byte[] ofFile(Path file) throws IOException {
    var digest = sha256();
    var buffer = ByteBuffer.allocate(BUFFER);
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return digest.digest();
  }

  /**
   * Adds a text, in UTF-8.
   *
   * @param text the text
   * @return this
   */
  public ContentHash add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Adds bytes.
   *
   * @param bytes the bytes
   * @return this
   */
  public ContentHash add(byte[] bytes) {
    return add(MemorySegment.ofArray(bytes));
  }

  /**
   * Adds memory.
   *
   * @param bytes fewer than 2 GiB
   * @return this
   */
  public ContentHash add(MemorySegment bytes) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.byteSize()).flip());
    digest.update(bytes.asByteBuffer());
    return this;
  }

  /**
   * Ends it.
   *
   * @return 64 hexadecimal digits
   */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
