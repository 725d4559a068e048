package linnet.sft.tokenizer;

import java.nio.charset.StandardCharsets;

/** UTF-8 of single code points; a lone surrogate, which UTF-8 cannot hold, counts as U+FFFD. */
final class Utf8 {
  private static final int REPLACEMENT = 0xFFFD;

  private Utf8() {}

  /** The code point that UTF-8 can hold. */
  static int scalar(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? REPLACEMENT : codePoint;
  }

  /** Writes the 1 to 4 bytes of a code point and returns the index after them. */
  static int put(int codePoint, byte[] out, int at) {
    int c = scalar(codePoint);
    if (c < 0x80) {
      out[at] = (byte) c;
      return at + 1;
    }
    if (c < 0x800) {
      out[at] = (byte) (0xC0 | c >> 6);
      out[at + 1] = continuation(c);
      return at + 2;
    }
    if (c < 0x10000) {
      out[at] = (byte) (0xE0 | c >> 12);
      out[at + 1] = continuation(c >> 6);
      out[at + 2] = continuation(c);
      return at + 3;
    }
    out[at] = (byte) (0xF0 | c >> 18);
    out[at + 1] = continuation(c >> 12);
    out[at + 2] = continuation(c >> 6);
    out[at + 3] = continuation(c);
    return at + 4;
  }

  /**
   * The length of a prefix that later bytes do not change: all but a sequence at the end that lacks bytes.
   */
  static int completeLength(byte[] bytes, int length) {
    for (int back = 1; back <= Math.min(3, length); back++) {
      int b = bytes[length - back] & 0xFF;
      if (b >= 0xC0) {
        return back < sequenceLength(b) ? length - back : length;
      }
      if (b < 0x80) {
        return length;
      }
    }
    return length;
  }

  /**
   * The text of so many bytes. As the Unicode standard advises (section 3.9), each longest part that could
   * begin a character and each other byte that is wrong becomes U+FFFD; the JDK takes surrogates together.
   */
  static String text(byte[] bytes, int length) {
    var out = new StringBuilder(length);
    int valid = 0;
    for (int i = 0; i < length; ) {
      int count = 1;
      int sequence = sequenceLength(bytes[i] & 0xFF);
      while (count < sequence && i + count < length && continues(bytes, i, count)) {
        count++;
      }
      i += count;
      if (count < sequence || bytes[i - count] < 0 && sequence == 1) {
        out.append(new String(bytes, valid, i - count - valid, StandardCharsets.UTF_8));
        out.append((char) REPLACEMENT);
        valid = i;
      }
    }
    return out.append(new String(bytes, valid, length - valid, StandardCharsets.UTF_8)).toString();
  }

  /** Whether the byte so many behind a lead can follow there. */
  private static boolean continues(byte[] bytes, int lead, int count) {
    int b = bytes[lead + count] & 0xFF;
    if (count > 1) {
      return b >= 0x80 && b <= 0xBF;
    }
    return switch (bytes[lead] & 0xFF) {
      case 0xE0 -> b >= 0xA0 && b <= 0xBF;
      case 0xED -> b >= 0x80 && b <= 0x9F;
      case 0xF0 -> b >= 0x90 && b <= 0xBF;
      case 0xF4 -> b >= 0x80 && b <= 0x8F;
      default -> b >= 0x80 && b <= 0xBF;
    };
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | bits & 0x3F);
  }

  private static int sequenceLength(int lead) {
    return lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }
}
