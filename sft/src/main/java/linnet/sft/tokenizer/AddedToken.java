package linnet.sft.tokenizer;

/**
 * A token that is found in the text before anything else, whatever the model would make of it.
 *
 * @param id its id
 * @param content the text that it stands for
 * @param singleWord whether it must not touch letters, digits or underscores on either side
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is looked for in the normalised text, in its own normalised form
 * @param special whether decoding without special tokens leaves it out
 */
public record AddedToken(int id, String content, boolean singleWord, boolean lstrip, boolean rstrip,
    boolean normalized, boolean special) {
  /** Checks that there is a text to look for. */
  public AddedToken {
    if (content.isEmpty()) {
      throw new TokenizerException("added token " + id
          + ": found an empty text, expected at least a character");
    }
  }

  /**
   * A special token such as {@code <|im_end|>}, matched as it is.
   *
   * @param id its id
   * @param content its text
   * @return the token
   */
  public static AddedToken special(int id, String content) {
    return new AddedToken(id, content, false, false, false, false, true);
  }

  /** The same token, special. */
  AddedToken asSpecial() {
    return new AddedToken(id, content, singleWord, lstrip, rstrip, normalized, true);
  }
}
