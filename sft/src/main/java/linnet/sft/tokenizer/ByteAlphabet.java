package linnet.sft.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The 256 printable characters that stand for bytes in a byte-level vocabulary (GPT-2, {@code encoder.py}):
 * printable Latin-1 characters stand for themselves, the others are shifted to 256 and above in order.
 */
final class ByteAlphabet {
  private static final char[] CHARS = new char[256];
  private static final short[] BYTES = new short[512];

  static {
    Arrays.fill(BYTES, (short) -1);
    int shifted = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
      CHARS[b] = (char) (printable ? b : shifted++);
      BYTES[CHARS[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** All 256 characters in the order of their code points. */
  static List<String> inOrder() {
    return IntStream.range(0, BYTES.length).filter(c -> BYTES[c] >= 0).mapToObj(Character::toString).toList();
  }

  /** The character of a byte 0..255. */
  static char toChar(int b) {
    return CHARS[b];
  }

  /** The byte 0..255 of a character, or -1 where it stands for none. */
  static int toByte(char c) {
    return c < BYTES.length ? BYTES[c] : -1;
  }
}
