package linnet.nn.generate;

/**
 * A generated text.
 *
 * @param ids the new tokens; a stop token that ended the text is the last of them
 * @param finish why it ended
 */
public record Generation(int[] ids, Finish finish) {
  /** Why a text ended. */
  public enum Finish {
    /** A stop token came. */
    STOP,
    /** The most new tokens were reached. */
    LENGTH,
    /** The model's positions were used up. */
    CONTEXT
  }
}
