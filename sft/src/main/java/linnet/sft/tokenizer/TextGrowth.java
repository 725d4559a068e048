package linnet.sft.tokenizer;

/** Keeps a hostile chain of parts, each of which doubles its text, from filling the memory. */
final class TextGrowth {
  /** Unicode's own normalisation makes up to 18 characters of one. */
  private static final int MOST = 64;
  private static final int ALWAYS_ALLOWED = 1 << 16;

  private static final int LONGEST_GROWN_TOKEN = 1 << 16;

  private TextGrowth() {}

  /**
   * Checks what a part has made of a text, or all of them of what they have seen of one.
   *
   * @throws TokenizerException if it has become many times as long
   */
  static void check(String what, long before, long after) {
    if (after > ALWAYS_ALLOWED && after / MOST > before) {
      throw new TokenizerException(what + ": found that it makes " + after + " characters or tokens of " + before
          + ", expected at most " + MOST + " for each");
    }
  }

  /**
   * Checks what a decoder has made of a token.
   *
   * @throws TokenizerException if it has become longer than any token is
   */
  static void checkToken(int before, int after) {
    if (after > before && after > LONGEST_GROWN_TOKEN) {
      throw new TokenizerException("decoder: found that it makes " + after + " characters of a token of "
          + before + ", expected at most " + LONGEST_GROWN_TOKEN);
    }
  }
}
