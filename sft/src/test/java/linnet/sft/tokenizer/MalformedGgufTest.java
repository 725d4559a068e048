package linnet.sft.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import linnet.nn.io.GgufFile;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.io.ModelFormatException;
import linnet.sft.Damage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer of a damaged GGUF file is refused with a documented exception, or is a tokenizer. */
class MalformedGgufTest {
  private static final String TEXT = "Natalia sold 48 clips``  [MASK] é <|im_end|> 中文\n▁";

  @TempDir
  private Path folder;

  @Test
  void damageGivesTheDocumentedExceptionsOrATokenizer() throws IOException {
    var sound = new ArrayList<byte[]>();
    for (var name : List.of("llama2", "gemma", "gpt2", "llama3", "qwen3", "smollm2")) {
      sound.add(Files.readAllBytes(GoldenCases.folder("gguf").resolve(name + ".gguf")));
    }
    for (int seed = 0; seed < Damage.COUNT; seed++) {
      var path = Files.write(folder.resolve("damaged.gguf"),
          Damage.binary(sound.get(seed % sound.size()), new Random(seed)));
      try (var file = GgufFile.open(path)) {
        GgufTokenizer.read(file.metadata()).ifPresent(MalformedGgufTest::use);
      } catch (ModelFormatException | TokenizerException documented) {
        Damage.requireMessage(seed, documented);
      } catch (Throwable wrong) {
        throw new AssertionError("seed " + seed, wrong);
      }
    }
  }

  private static void use(GgufTokenizer data) {
    var tokenizer = Tokenizer.ofGguf(data, Optional.empty(), "damaged.gguf");
    tokenizer.decode(tokenizer.encodeWithSpecialTokens(TEXT).ids(), Specials.SKIP);
    tokenizer.toGguf();
    TokenizerJson.write(tokenizer.parts());
  }
}
