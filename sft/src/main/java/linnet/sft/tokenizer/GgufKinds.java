package linnet.sft.tokenizer;

import java.util.Set;
import java.util.regex.Pattern;
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

  /** Tokens that llama.cpp looks up in a model of that name; it opens none without them. */
  static final Set<String> NEEDED_IN_PHI3 = Set.of("<unk>", "<s>", "</s>", "<|endoftext|>");

  private static final Pattern PHI3 = Pattern.compile("(phi)-?3", Pattern.CASE_INSENSITIVE);

  private GgufKinds() {}

  /** Whether llama.cpp takes a model of this name for Phi-3. */
  static boolean namesPhi3(String modelName) {
    return PHI3.matcher(modelName).find();
  }

  /** The name with a space in it, by which llama.cpp does not take the model for Phi-3. */
  static String withoutPhi3(String modelName) {
    return PHI3.matcher(modelName).replaceAll("$1 3");
  }

  /** Whether a token takes the white space behind it in a model that is taken for Phi-3. */
  static boolean takesSpaceInPhi3(String token) {
    return !PHI3_PLAIN.contains(token);
  }
}
