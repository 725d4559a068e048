package linnet.sft.tokenizer;

/**
 * How a byte-pair model treats what its vocabulary lacks.
 *
 * @param unkToken the token of an unknown character, or null where such a character is dropped
 * @param fuseUnk whether neighbouring unknown characters share one token
 * @param byteFallback whether an unknown character becomes tokens such as {@code <0xE2>}, one for each byte
 * @param ignoreMerges whether a word that is a token is that token, whatever the merges say
 */
record BpeOptions(String unkToken, boolean fuseUnk, boolean byteFallback, boolean ignoreMerges) {
  /** A byte-level model: every byte is known. */
  static final BpeOptions BYTE_LEVEL = new BpeOptions(null, false, false, false);
}
