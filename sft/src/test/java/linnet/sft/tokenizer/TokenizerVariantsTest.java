package linnet.sft.tokenizer;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Tokenizers of every kind of part agree with the Python library on random texts. The cases come from
 * {@code src/test/python/tokenizer_variants.py}.
 */
class TokenizerVariantsTest {
  static Stream<String> variants() {
    return Stream.of("gpt2", "roberta", "llama3", "qwen2", "o200k", "deepseek", "falcon", "smollm",
        "normalised", "compatibility", "byte-normaliser", "spm", "metaspace", "bert", "word-ends",
        "both-marks", "roberta-processing", "pieces", "inverted", "metaspace-words", "metaspace-never",
        "late-decoders").map(name -> "variants/" + name);
  }

  @TestFactory
  Stream<DynamicTest> asThePythonLibrary() {
    return variants().flatMap(name -> {
      var tokenizer = Tokenizer.load(GoldenCases.folder(name));
      return GoldenCases.of(name).tests(() -> tokenizer);
    });
  }
}
