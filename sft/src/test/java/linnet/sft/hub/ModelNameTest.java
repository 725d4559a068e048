package linnet.sft.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
  @ParameterizedTest
  @CsvSource({"org/model, org/model,,", "gpt2, gpt2,,", "org/model@v1.0, org/model,,v1.0",
      "org/model@refs/pr/1, org/model,,refs/pr/1",
      "org/m.o-d_el1/q/file-Q8_0.gguf@main, org/m.o-d_el1,q/file-Q8_0.gguf,main",
      "A/b@0123456789abcdef0123456789abcdef01234567, A/b,,0123456789abcdef0123456789abcdef01234567"})
  void namesAreRead(String text, String repo, String file, String revision) {
    var name = new ModelName(repo, Optional.ofNullable(file), Optional.ofNullable(revision));
    assertEquals(name, ModelName.parse(text));
    assertEquals(text, name.toString());
    assertTrue(ModelName.read(text).isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "a/", "/a", "./a", "../a", "a/..", "a/../b.gguf", "a/b/../c.gguf",
      "a/b//c.gguf",
      "a--b/c", "a..b", ".a/b", "a/-b", "a/b.", "a/b.git", "a b/c", "ä/b", "a/b@", "a/b@../x", "a/b@a//b",
      "a/b@/x",
      "a/b@x y", "a/b/c", "a/b/c.safetensors", "a/b/.hidden.gguf", "a/b/c\\d.gguf", "a/b/C:x.gguf",
      "a/b/x\u0000.gguf",
      "a/b/x\n.gguf", "https://huggingface.co/a/b", "hf://a/b", "a/b?x", "a/b#x", "a/b%2e", "-rf", "~/a"})
  void othersAreRefused(String text) {
    var refusal = assertThrows(HubException.class, () -> ModelName.parse(text));
    assertFalse(refusal.getMessage().chars().anyMatch(Character::isISOControl), refusal.getMessage());
    assertEquals(Optional.empty(), ModelName.read(text));
  }

  @Test
  void ofAModelInPartsTheFirstIsNamed() {
    assertEquals(Optional.of("x-00001-of-00003.gguf"), ModelName.parse("a/b/x-00001-of-00003.gguf").file());
    var refusal = assertThrows(HubException.class, () -> ModelName.parse("a/b/q/x-00002-of-00003.gguf"));
    assertEquals("\"q/x-00002-of-00003.gguf\": a part of a model, expected its first, which brings all others: name"
        + " q/x-00001-of-00003.gguf", refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {97, 5000})
  void lengthIsBounded(int length) {
    assertThrows(HubException.class, () -> ModelName.parse("a/" + "b".repeat(length)));
  }

  /** Whatever is accepted stays within the folder of the cache, and is read again as it is written. */
  @Property(tries = 20_000)
  void noNameLeavesItsFolder(@ForAll("texts") String text) {
    var root = Path.of("/cache");
    ModelName.read(text).ifPresent(name -> {
      assertEquals(name, ModelName.parse(name.toString()));
      var folder = root.resolve("models--" + name.repo().replace("/", "--"));
      assertEquals(folder, folder.normalize());
      assertEquals(root, folder.getParent());
      for (var part : List.of(name.revision().orElse("x"), name.file().orElse("x"))) {
        var path = folder.resolve("x").resolve(part);
        assertEquals(path, path.normalize());
        assertTrue(path.startsWith(folder.resolve("x")), part);
      }
    });
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("ab1./-_@~ \\:%\u00e4g\n").ofMaxLength(14)
        .flatMap(text -> Arbitraries.of(text, "a/" + text, "a/b/" + text + ".gguf", "a/b@" + text));
  }
}
