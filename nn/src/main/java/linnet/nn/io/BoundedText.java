package linnet.nn.io;

import java.util.function.Supplier;

/**
 * A text that a matcher may read a bounded number of times: regular expressions come with files, and one may
 * backtrack without end.
 */
public final class BoundedText implements CharSequence {
  /** Before a literal in a pattern it keeps Java from making a table for it, which may take quadratic time. */
  public static final String NO_TABLE = "(?:)";

  private final String text;
  private final Supplier<? extends RuntimeException> refusal;
  private long left;

  /**
   * A text to be matched.
   *
   * @param reads how many characters may be read, the same ones counted anew
   * @param refusal what is thrown then
   */
  public BoundedText(String text, long reads, Supplier<? extends RuntimeException> refusal) {
    this.text = text;
    this.left = reads;
    this.refusal = refusal;
  }

  @Override
  public char charAt(int index) {
    if (--left < 0) {
      throw refusal.get();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
