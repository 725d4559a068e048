package linnet.sft.tokenizer;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Tokenizers of every kind of part agree with the Python library on random texts. The cases come from
 * {@code src/test/python/tokenizer_variants.py}.
 */
class TokenizerVariantsTest {
  @TestFactory
  Stream<DynamicTest> asThePythonLibrary() {
    return Stream.of("gpt2", "roberta", "llama3", "qwen2", "o200k", "deepseek", "falcon", "smollm",
        "normalised", "compatibility", "byte-normaliser", "spm", "metaspace", "bert", "word-ends",
        "both-marks", "roberta-processing", "pieces", "inverted", "metaspace-words", "metaspace-never",
        "late-decoders").flatMap(name -> {
          var tokenizer = Tokenizer.load(GoldenCases.folder("variants/" + name));
          return GoldenCases.of("variants/" + name).tests(() -> tokenizer);
        });
  }
}
