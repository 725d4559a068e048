package linnet.sft.tokenizer;

import java.util.Locale;
import java.util.Set;
import linnet.nn.io.GgufTokenizer;

/** The kinds of token that GGUF tells apart ({@code tokenizer.ggml.token_type}), and those of models. */
final class GgufKinds {
  static final String BYTE_LEVEL = "gpt2";
  static final String SENTENCE_PIECE = "llama";
  static final int NORMAL = 1;
  static final int UNKNOWN = 2;
  static final int CONTROL = GgufTokenizer.CONTROL;
  static final int USER_DEFINED = GgufTokenizer.USER_DEFINED;
  static final int UNUSED = GgufTokenizer.UNUSED;
  static final int BYTE = 6;

  /** Tokens of Phi-3 that do not take the white space behind them, as all its others do. */
  private static final Set<String> PHI3_PLAIN = Set.of("<unk>", "<s>", "<|endoftext|>");

  private GgufKinds() {}

  /** Whether llama.cpp takes a model of this name for Phi-3. */
  static boolean namesPhi3(String modelName) {
    String name = modelName.toLowerCase(Locale.ROOT);
    return name.contains("phi-3") || name.contains("phi3");
  }

  /** Whether a token takes the white space behind it in a model that is taken for Phi-3. */
  static boolean takesSpaceInPhi3(String token) {
    return !PHI3_PLAIN.contains(token);
  }
}
