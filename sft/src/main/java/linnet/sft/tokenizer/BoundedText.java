package linnet.sft.tokenizer;

/** A text that counts how often a matcher reads it, so that none backtracks without end. */
final class BoundedText implements CharSequence {
  private static final long FREE = 100_000_000;
  private static final long PER_CHARACTER = 5_000;

  private final String text;
  private final String source;
  private long left;

  /** A text to be matched against a regular expression, which messages name. */
  BoundedText(String text, String source) {
    this.text = text;
    this.source = source;
    left = FREE + PER_CHARACTER * text.length();
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw tooLong();
    }
    return text.charAt(index);
  }

  private TokenizerException tooLong() {
    return new TokenizerException("pattern " + OnigurumaRegex.quoted(source) + ": found a text of " + text.length()
        + " characters that it tries in too many ways; change the tokenizer's pattern");
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
