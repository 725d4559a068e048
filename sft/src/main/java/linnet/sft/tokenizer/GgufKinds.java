package linnet.sft.tokenizer;

/** The kinds of token that GGUF tells apart ({@code tokenizer.ggml.token_type}), and those of models. */
final class GgufKinds {
  static final String BYTE_LEVEL = "gpt2";
  static final String SENTENCE_PIECE = "llama";
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
  static final int BYTE = 6;

  private GgufKinds() {}
}
