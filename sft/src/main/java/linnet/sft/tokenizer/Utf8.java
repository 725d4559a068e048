package linnet.sft.tokenizer;

/** UTF-8 of single code points; a lone surrogate, which UTF-8 cannot hold, counts as U+FFFD. */
final class Utf8 {
  private static final int REPLACEMENT = 0xFFFD;

  private Utf8() {}

  /** Writes the 1 to 4 bytes of a code point and returns the index after them. */
  static int put(int codePoint, byte[] out, int at) {
    int c = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE
        ? REPLACEMENT : codePoint;
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

  private static byte continuation(int bits) {
    return (byte) (0x80 | bits & 0x3F);
  }

  private static int sequenceLength(int lead) {
    return lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }
}
