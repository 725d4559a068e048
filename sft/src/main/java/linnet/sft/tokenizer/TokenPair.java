package linnet.sft.tokenizer;

/**
 * Two tokens that merge into one.
 *
 * @param left the token on the left
 * @param right the token on the right
 */
public record TokenPair(String left, String right) {}
