package linnet.sft.tokenizer;

/** Whether decoding gives special tokens, such as {@code <|im_end|>}, as text. */
public enum Specials {
  /** They are part of the text. */
  KEEP,
  /** They are left out. */
  SKIP
}
