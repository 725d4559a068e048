package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

/** What must hold for every text, on tokenizers of all byte-level schemes that Linnet trained itself. */
@Domain(Texts.class)
@Domain(DomainContext.Global.class)
class TokenizerRoundTripTest {
  private static final List<String> SPECIALS = List.of("<|end|>", "<|e", "<|im_start|>");
  private static final List<String> CORPUS = List.of("the cat sat on the mat, the end. 123 + 456 = 579\n\n",
      "It's they're we've I'm you'll he'd don't", "  spaces   and\ttabs\r\n", "日本語 中文 мир 😀😀 é é é");
  private static final List<Tokenizer> TOKENIZERS = Stream.of(ByteLevelScheme.values())
      .map(scheme -> new BpeTrainer(320, 1, scheme, SPECIALS).train(CORPUS.stream())).toList();

  private static final List<Tokenizer> SENTENCE_PIECE = Stream.of("llama2", "gemma")
      .map(name -> Tokenizer.load(GoldenCases.folder("families/" + name))).toList();

  @Property
  void decodingGivesTheTextBack(@ForAll String text) {
    for (var tokenizer : TOKENIZERS) {
      assertEquals(text, tokenizer.decode(tokenizer.encode(text).ids()));
    }
  }

  @Property
  void decodingGivesSentencePieceTextBack(@ForAll String text) {
    for (var tokenizer : SENTENCE_PIECE) {
      // A visible space comes back as a space, and a token in the text has one behind it that is added.
      String plain = text.replace('▁', '_').replace('<', '(').replace('[', '(');
      var encoding = tokenizer.encode(plain);
      assertEquals(plain, tokenizer.decode(encoding.ids()));
      int covered = 0;
      for (int i = 0; i < encoding.size(); i++) {
        assertTrue(encoding.starts()[i] <= covered && encoding.ends()[i] >= covered, "token " + i);
        covered = encoding.ends()[i];
      }
      assertEquals(plain.length(), covered);
    }
  }

  @Property
  void aLoneSurrogateCountsAsTheReplacementCharacter(@ForAll("lone") String text) {
    String expected = new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
    for (var tokenizer : TOKENIZERS) {
      var encoding = tokenizer.encode(text);
      assertEquals(expected, tokenizer.decode(encoding.ids()));
      encoding.inCodePoints(text);
    }
  }

  @Provide
  Arbitrary<String> lone() {
    return Texts.withLoneSurrogates();
  }

  @Property
  void offsetsRiseAndCoverTheText(@ForAll String text) {
    for (var tokenizer : TOKENIZERS) {
      var encoding = tokenizer.encode(text);
      int covered = 0;
      for (int i = 0; i < encoding.size(); i++) {
        int start = encoding.starts()[i];
        int end = encoding.ends()[i];
        assertTrue(start <= covered && end >= covered && end > start, "token " + i + " of " + encoding);
        assertTrue(i == 0 || start >= encoding.starts()[i - 1], "token " + i + " starts before the last one");
        assertTrue(isBoundary(text, start) && isBoundary(text, end), "token " + i + " splits a pair");
        covered = end;
      }
      assertEquals(text.length(), covered);
    }
  }

  private static boolean isBoundary(String text, int index) {
    return index == 0 || index == text.length()
        || !Character.isSurrogatePair(text.charAt(index - 1), text.charAt(index));
  }

  @Property
  void specialTokensSideBySideAreFoundOneByOne(@ForAll("specials") List<String> specials) {
    for (var tokenizer : TOKENIZERS) {
      var expected = specials.stream().mapToInt(s -> tokenizer.id(s).orElseThrow()).toArray();
      assertArrayEquals(expected, tokenizer.encode(String.join("", specials)).ids());
      assertEquals("", tokenizer.decode(expected, Specials.SKIP));
    }
  }

  @Provide
  Arbitrary<List<String>> specials() {
    return Arbitraries.of(SPECIALS).list().ofMaxSize(8);
  }

  @Property
  void textAroundASpecialTokenIsEncodedOnItsOwn(@ForAll String before, @ForAll String after) {
    var tokenizer = TOKENIZERS.getFirst();
    var expected = new ArrayList<Integer>();
    for (String part : List.of(before, "<|im_start|>", after)) {
      for (int id : tokenizer.encode(part).ids()) {
        expected.add(id);
      }
    }
    assertArrayEquals(expected.stream().mapToInt(i -> i).toArray(),
        tokenizer.encode(before + "<|im_start|>" + after).ids());
  }

  @Property
  void streamingGivesTheTextOfDecodingAtOnce(@ForAll("ids") int[] ids) {
    for (var tokenizer : TOKENIZERS) {
      for (var specials : Specials.values()) {
        var decoder = tokenizer.decoder(specials);
        var text = new StringBuilder();
        var bytes = new ByteArrayOutputStream();
        for (int id : ids) {
          text.append(decoder.accept(id));
          boolean skipped = specials == Specials.SKIP && tokenizer.addedTokens().containsKey(id);
          bytes.writeBytes(skipped ? new byte[0] : bytes(tokenizer, id));
        }
        text.append(decoder.finish());
        assertEquals(Utf8.text(bytes.toByteArray(), bytes.size()), text.toString());
      }
    }
  }

  private static byte[] bytes(Tokenizer tokenizer, int id) {
    String token = tokenizer.token(id).orElse("");
    var bytes = new ByteArrayOutputStream();
    token.chars().map(c -> ByteAlphabet.toByte((char) c)).forEach(bytes::write);
    return bytes.toByteArray();
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(0, 330).array(int[].class).ofMaxSize(24);
  }

  @Example
  void savedAndLoadedItEncodesAndIsWrittenTheSame() throws IOException {
    for (var tokenizer : TOKENIZERS) {
      var folder = Files.createTempDirectory("tokenizer");
      tokenizer.save(folder);
      var loaded = Tokenizer.load(folder);
      for (String text : CORPUS) {
        assertEquals(tokenizer.encode(text), loaded.encode(text));
      }
      var first = read(folder);
      loaded.save(folder);
      assertEquals(first, read(folder));
      try (var files = Files.list(folder)) {
        for (var file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static List<String> read(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().map(file -> {
        try {
          return Files.readString(file);
        } catch (IOException failed) {
          throw new UncheckedIOException(failed);
        }
      }).toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
