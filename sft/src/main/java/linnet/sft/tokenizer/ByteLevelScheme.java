package linnet.sft.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import linnet.nn.json.Json;

/**
 * The ways in which byte-level tokenizers cut text into words, by the names that GGUF's
 * {@code tokenizer.ggml.pre} has for them (llama.cpp, {@code llama-vocab.cpp}).
 */
public enum ByteLevelScheme {
  /** GPT-2's words. */
  GPT2(List.of("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "gigachat", "mellum",
      "modern-bert", "a.x-4.0"), false),
  /** Each digit alone, then GPT-2's words; SmolLM and StarCoder have it. */
  SMOLLM(List.of("smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"), false),
  /** Llama 3's words, with groups of up to three digits; a word that is a token stays whole. */
  LLAMA3(List.of("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"),
      true),
  /** Llama 3's words, merged as usual. */
  DBRX(List.of("dbrx", "smaug-bpe"), false),
  /**
   * Qwen2's words, each digit alone. Qwen's own {@code tokenizer.json} composes characters first (NFC), which
   * GGUF does not say and llama.cpp does not do.
   */
  QWEN2(List.of("qwen2", "stablelm2", "deepseek-r1-qwen", "hunyuan", "megrez"), false),
  /** Mistral's words since Nemo, cut between lower and upper case, each digit alone. */
  TEKKEN(List.of("tekken"), true),
  /** GPT-4o's words, which Phi-4-mini has: cut between lower and upper case, contractions at their end. */
  GPT4O(List.of("gpt-4o", "llama4", "kanana2"), false),
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
    var options = parts.model().options();
    if (parts.preTokenizer() == null || !(parts.decoder() instanceof Decoder.ByteLevel)
        || !options.continuingPrefix().isEmpty() || !options.endSuffix().isEmpty()) {
      return Optional.empty();
    }
    var steps = steps(parts.preTokenizer());
    return Arrays.stream(values())
        .filter(scheme -> scheme.wholeWords == options.ignoreMerges() && scheme.allows(parts.normalizer()))
        .filter(scheme -> steps(scheme.preTokenizer()).equals(steps)).findFirst();
  }

  private boolean allows(Normalizer normalizer) {
    return normalizer == null
        || this == QWEN2 && normalizer.equals(new Normalizer.Unicode(java.text.Normalizer.Form.NFC));
  }

  /**
   * The steps of a pre-tokenizer, alike where they do the same: what is trimmed shows afterwards alone, and
   * the patterns of words leave nothing between them, so that it does not matter what becomes of that.
   */
  private static List<Json> steps(PreTokenizer preTokenizer) {
    return switch (preTokenizer) {
      case PreTokenizer.Sequence(var parts) -> parts.stream().flatMap(part -> steps(part).stream()).toList();
      case PreTokenizer.ByteLevel(var space, _, var words) ->
          List.of(PreTokenizerJson.write(new PreTokenizer.ByteLevel(space, true, words)));
      case PreTokenizer.Split(TextPattern.Regex(var regex, _), var behavior, var invert)
          when behavior == SplitBehavior.REMOVED && invert && WordPattern.COVERING.contains(regex) ->
          List.of(PreTokenizerJson.write(isolated(regex)));
      default -> List.of(PreTokenizerJson.write(preTokenizer));
    };
  }

  /** Whether a text starts with the token for it where the file does not say. */
  boolean startsTexts() {
    return this == LLAMA3 || this == TEKKEN;
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
      case TEKKEN -> sequence(isolated(WordPattern.TEKKEN), bytes(false));
      case GPT4O -> sequence(isolated(WordPattern.GPT4O), bytes(false));
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
