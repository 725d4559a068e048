package linnet.sft.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ways in which byte-level tokenizers cut text into words, by the names that GGUF's
 * {@code tokenizer.ggml.pre} has for them (llama.cpp, {@code llama-vocab.cpp}).
 */
public enum ByteLevelScheme {
  /** GPT-2's words. */
  GPT2(List.of("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling"), false),
  /** Each digit alone, then GPT-2's words; SmolLM and StarCoder have it. */
  SMOLLM(List.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"), false),
  /** Llama 3's words, with groups of up to three digits; a word that is a token stays whole. */
  LLAMA3(List.of("llama-bpe", "llama3", "llama-v3"), true),
  /** Llama 3's words, merged as usual. */
  DBRX(List.of("dbrx", "smaug-bpe"), false),
  /** Qwen2's words, each digit alone. */
  QWEN2(List.of("qwen2", "stablelm2", "deepseek-r1-qwen", "hunyuan", "megrez"), false),
  /** What llama.cpp does with a file that names no pre-tokenizer. */
  DEFAULT(List.of("default"), false);

  private final List<String> names;
  private final boolean wholeWords;

  ByteLevelScheme(List<String> names, boolean wholeWords) {
    this.names = names;
    this.wholeWords = wholeWords;
  }

  /**
   * The name that GGUF files are written with.
   *
   * @return the value of {@code tokenizer.ggml.pre}
   */
  public String ggufName() {
    return names.getFirst();
  }

  /**
   * The scheme of a name.
   *
   * @param name a value of {@code tokenizer.ggml.pre}
   * @return the scheme, or empty where the name is not known
   */
  public static Optional<ByteLevelScheme> of(String name) {
    return Arrays.stream(values()).filter(scheme -> scheme.names.contains(name)).findFirst();
  }

  /** All names that are known. */
  static Set<String> allNames() {
    var all = new TreeSet<String>();
    Arrays.stream(values()).forEach(scheme -> all.addAll(scheme.names));
    return all;
  }

  /** The scheme that a tokenizer's parts follow. */
  static Optional<ByteLevelScheme> of(TokenizerParts parts) {
    if (parts.preTokenizer() == null || parts.normalizer() != null) {
      return Optional.empty();
    }
    var written = PreTokenizerJson.write(parts.preTokenizer());
    return Arrays.stream(values())
        .filter(scheme -> scheme.wholeWords == parts.model().options().ignoreMerges())
        .filter(scheme -> PreTokenizerJson.write(scheme.preTokenizer()).equals(written))
        .findFirst();
  }

  /** Whether a word that is a token is that token, whatever the merges say. */
  boolean wholeWords() {
    return wholeWords;
  }

  PreTokenizer preTokenizer() {
    return switch (this) {
      case GPT2 -> bytes(true);
      case SMOLLM -> sequence(new PreTokenizer.Digits(true), bytes(true));
      case LLAMA3, DBRX -> sequence(isolated(WordPattern.LLAMA3), bytes(false));
      case QWEN2 -> sequence(isolated(WordPattern.QWEN2), bytes(false));
      case DEFAULT -> sequence(isolated("[\\p{P}\\$\\+<=>\\^~\\|]+"), isolated(WordPattern.GPT2),
          isolated("\\p{N}+"), isolated("[0-9][0-9][0-9]"), bytes(false));
    };
  }

  private static PreTokenizer sequence(PreTokenizer... parts) {
    return new PreTokenizer.Sequence(List.of(parts));
  }

  private static PreTokenizer isolated(String regex) {
    return new PreTokenizer.Split(new TextPattern.Regex(regex), SplitBehavior.ISOLATED, false);
  }

  private static PreTokenizer bytes(boolean words) {
    return new PreTokenizer.ByteLevel(false, true, words);
  }
}
