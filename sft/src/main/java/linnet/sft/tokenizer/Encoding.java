package linnet.sft.tokenizer;

import java.util.Arrays;

/**
 * The tokens of a text. Token {@code i} is {@code ids[i]} and stands for the text from {@code starts[i]} to
 * {@code ends[i]} (exclusive), UTF-16 indices of the string that was encoded. A token that holds only a part
 * of a character's bytes has that whole character as its range, so neighbours may overlap; a token that a
 * template added has an empty range.
 *
 * @param ids the token ids
 * @param starts the index at which each token starts
 * @param ends the index after each token
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {
  /** Checks that the three arrays are of one length. */
  public Encoding {
    if (ids.length != starts.length || ids.length != ends.length) {
      throw new IllegalArgumentException("found " + ids.length + " ids, " + starts.length + " starts and "
          + ends.length + " ends, expected as many of each");
    }
  }

  /**
   * The number of tokens.
   *
   * @return the number of ids
   */
  public int size() {
    return ids.length;
  }

  /**
   * The same tokens with offsets that count Unicode code points, as the Python library gives them.
   *
   * @param text the string that was encoded
   * @return the tokens with converted offsets
   */
  public Encoding inCodePoints(String text) {
    var before = new int[text.length() + 1];
    for (int i = 0, count = 0; i < text.length(); i++) {
      boolean inside = i > 0 && Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i));
      before[i] = inside ? count - 1 : count;
      count += inside ? 0 : 1;
      before[i + 1] = count;
    }
    return new Encoding(ids.clone(), Arrays.stream(starts).map(i -> before[i]).toArray(),
        Arrays.stream(ends).map(i -> before[i]).toArray());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that && Arrays.equals(ids, that.ids)
        && Arrays.equals(starts, that.starts) && Arrays.equals(ends, that.ends);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(ids) + Arrays.hashCode(starts)) + Arrays.hashCode(ends);
  }

  @Override
  public String toString() {
    return "Encoding[ids=" + Arrays.toString(ids) + ", starts=" + Arrays.toString(starts) + ", ends="
        + Arrays.toString(ends) + "]";
  }
}
