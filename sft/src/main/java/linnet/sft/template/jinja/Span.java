package linnet.sft.template.jinja;

/**
 * A part of a text.
 *
 * @param start the first UTF-16 offset
 * @param end the offset after the last
 */
public record Span(int start, int end) {
  /** Checks that the part can exist. */
  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException(
          "a span runs from a start of at least 0 to an end at or after it, not from "
              + start + " to " + end);
    }
  }

  /**
   * Whether this part shares a character with another.
   *
   * @param from the other's start
   * @param to the other's end
   * @return true where they overlap
   */
  public boolean overlaps(int from, int to) {
    return start < to && from < end;
  }
}
