package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.nn.io.GgufModel;
import linnet.nn.io.GgufTokenizer;
import linnet.sft.SmolLm2;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer of the real model, read from its GGUF file, agrees with the Python library. */
class SmolLm2TokenizerTest {
  @Test
  void asTheFileSays() {
    check("smollm2-digits", Tokenizer.load(SmolLm2.gguf()));
  }

  @Test
  void asTheFileSaysThroughTokenizerJson(@TempDir Path folder) {
    Tokenizer.load(SmolLm2.gguf()).save(folder);
    check("smollm2-digits", Tokenizer.load(folder));
  }

  /** transformers' conversion of the file drops the splitting of digits. */
  @Test
  void asTransformersConvertsIt() {
    var d = data();
    var pre = Optional.of(ByteLevelScheme.GPT2.ggufName());
    var gpt2 = new GgufTokenizer(d.model(), pre, d.tokens(), d.kinds(), d.merges(), d.bos(), d.eos(),
        d.unknown(), d.padding(), d.addBos(), d.addEos(), d.addSpacePrefix());
    check("smollm2", Tokenizer.ofGguf(gpt2, Optional.empty(), "SmolLM2"));
  }

  @Test
  void goesBackIntoGgufAsItCame() {
    var data = data();
    var back = Tokenizer.load(SmolLm2.gguf()).toGguf();
    assertEquals(data.tokens(), back.tokens());
    assertEquals(data.kinds(), back.kinds());
    assertEquals(data.merges(), back.merges());
    assertEquals(data.pre(), back.pre());
  }

  @Test
  void itsRolesAndItsTemplateComeAlong() {
    var tokenizer = Tokenizer.load(SmolLm2.gguf());
    var expected = new SpecialTokens(
        OptionalInt.of(1), OptionalInt.of(2), OptionalInt.of(2), OptionalInt.of(0));
    assertEquals(expected, tokenizer.specialTokens());
    assertEquals(368, tokenizer.config().chatTemplate().orElseThrow().length());
    assertEquals(49152, tokenizer.vocabularySize());
  }

  private static GgufTokenizer data() {
    try (var model = GgufModel.open(SmolLm2.gguf())) {
      return model.tokenizer().orElseThrow();
    }
  }

  private static void check(String cases, Tokenizer tokenizer) {
    assertAll(GoldenCases.of(cases).tests(() -> tokenizer).map(DynamicTest::getExecutable));
  }
}
