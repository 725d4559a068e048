package linnet.sft.tokenizer;

import linnet.nn.json.ErrorText;

/** A tokenizer that cannot be built from what was given; the message names place and value. */
public class TokenizerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * An error with its whole message.
   *
   * @param message the place, what was found and what was expected
   */
  public TokenizerException(String message) {
    super(ErrorText.bounded(message));
  }
}
