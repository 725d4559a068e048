package linnet.sft.tokenizer;

/**
 * How a byte-pair model treats what its vocabulary lacks, and how it marks where in a word a piece stands.
 *
 * @param unkToken the token of an unknown character, or null where such a character is dropped
 * @param fuseUnk whether neighbouring unknown characters share one token
 * @param byteFallback whether an unknown character becomes tokens such as {@code <0xE2>}, one for each byte
 * @param ignoreMerges whether a word that is a token is that token, whatever the merges say
 * @param continuingPrefix what is put before each character of a word but the first, often nothing
 * @param endSuffix what is put behind the last character of a word, often nothing
 */
record BpeOptions(String unkToken, boolean fuseUnk, boolean byteFallback, boolean ignoreMerges,
    String continuingPrefix, String endSuffix) {
  /** A byte-level model: every byte is known. */
  static final BpeOptions BYTE_LEVEL = new BpeOptions(null, false, false, false, "", "");

  /** The same options for words that are tokens: whether they stay whole. */
  BpeOptions withIgnoreMerges(boolean ignore) {
    return new BpeOptions(unkToken, fuseUnk, byteFallback, ignore, continuingPrefix, endSuffix);
  }
}
