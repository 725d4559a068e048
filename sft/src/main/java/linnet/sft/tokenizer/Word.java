package linnet.sft.tokenizer;

/** The tokens of a word, each with its range of UTF-16 units relative to the start of the word. */
record Word(int[] ids, int[] starts, int[] ends) {}
