package linnet.sft.tokenizer;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Ids, offsets and text agree with the Python library {@code tokenizers} 0.23.3, case by case. */
class GoldenTokenizerTest {
  private static final String SMALL = "small-bytelevel";

  @TestFactory
  Stream<DynamicTest> fromTokenizerJson() {
    var tokenizer = Tokenizer.load(GoldenCases.folder(SMALL));
    return GoldenCases.of(SMALL).tests(() -> tokenizer);
  }

  @TestFactory
  Stream<DynamicTest> afterSavingAndLoading(@TempDir Path folder) {
    Tokenizer.load(GoldenCases.folder(SMALL)).save(folder);
    var tokenizer = Tokenizer.load(folder);
    return GoldenCases.of(SMALL).tests(() -> tokenizer);
  }
}
