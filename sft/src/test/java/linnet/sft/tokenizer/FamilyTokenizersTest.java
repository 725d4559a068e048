package linnet.sft.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokenizers with the structure of those that the model families ship agree with the Python library on tricky
 * and on random texts. The cases come from {@code src/test/python/family_tokenizers.py}.
 */
class FamilyTokenizersTest {
  static Stream<String> families() {
    return Stream.of("gpt2", "phi2", "llama3", "smollm2", "smollm3", "qwen3", "tekken", "phi4-mini", "llama2",
        "mistral-v0.3", "phi3", "gemma").map(name -> "families/" + name);
  }

  @TestFactory
  Stream<DynamicTest> asThePythonLibrary() {
    return families().flatMap(name -> {
      var tokenizer = Tokenizer.load(GoldenCases.folder(name));
      return GoldenCases.of(name).tests(() -> tokenizer);
    });
  }

  @TestFactory
  Stream<DynamicTest> afterSavingAndLoading(@TempDir Path folder) throws IOException {
    var saved = Files.createDirectory(folder.resolve("saved"));
    return Stream.of("families/llama2", "families/gemma", "families/qwen3").flatMap(name -> {
      Tokenizer.load(GoldenCases.folder(name)).save(saved);
      var tokenizer = Tokenizer.load(saved);
      return GoldenCases.of(name).tests(() -> tokenizer);
    });
  }
}
