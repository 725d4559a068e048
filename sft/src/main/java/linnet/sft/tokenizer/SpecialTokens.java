package linnet.sft.tokenizer;

import java.util.OptionalInt;

/**
 * The tokens with a role, by id.
 *
 * @param bos the token that starts a text
 * @param eos the token that ends a text or a turn
 * @param pad the token that fills rows up, which is often {@code eos} and never says what is padding
 * @param unk the token of unknown characters
 */
public record SpecialTokens(OptionalInt bos, OptionalInt eos, OptionalInt pad, OptionalInt unk) {
  /** No token has a role. */
  public static final SpecialTokens NONE = new SpecialTokens(
      OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
}
