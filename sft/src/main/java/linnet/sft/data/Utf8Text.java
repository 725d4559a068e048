package linnet.sft.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8, without the byte order mark that some editors write. */
final class Utf8Text {
  private Utf8Text() {}

  /**
   * Decodes bytes.
   *
   * @param bytes a file, or a line of it
   * @param source what errors call the file
   * @param firstLine the line that the bytes begin in
   * @throws DataException where they are not UTF-8, with the line
   */
  static String decode(byte[] bytes, String source, int firstLine) {
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(bytes.length);
    if (StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError()) {
      var line = firstLine + out.flip().chars().filter(c -> c == '\n').count();
      throw new DataException(source + ":" + line + ": found the byte 0x"
          + Integer.toHexString(bytes[in.position()] & 0xff) + ", expected UTF-8 text");
    }
    var text = out.flip().toString();
    return firstLine == 1 && text.startsWith("\ufeff") ? text.substring(1) : text;
  }
}
