package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Regular expressions that Java would read differently, added tokens whose white space overlaps, offsets without white
 * space and normal forms are those of the Python library. The cases come from {@code src/test/python/tokenizer_edges.py}.
 */
class TokenizerEdgesTest {
  @TempDir
  Path folder;

  private static JsonCursor golden() {
    try (var in = TokenizerEdgesTest.class.getResourceAsStream("/golden/tokenizers/edges.json")) {
      return JsonCursor.of(Json.parse(in.readAllBytes(), "edges.json"), "edges.json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> splitsAsThePythonLibrary() {
    return Stream.of("splits", "syntax").flatMap(kind -> golden().at(kind).elements().stream()).map(c -> {
      var pattern = c.at("pattern").asString();
      var text = c.at("text").asString();
      return DynamicTest.dynamicTest(pattern + " at " + Json.of(text), () -> {
        var found = new ArrayList<String>();
        new PreTokenizer.Split(new TextPattern.Regex(pattern), SplitBehavior.ISOLATED, false).split(
            AlignedText.of(text), 0, text.length(), (_, from, to) -> found.add(range(text, from, to)));
        assertEquals(offsets(c), found);
      });
    });
  }

  @TestFactory
  Stream<DynamicTest> findsAddedTokensAsThePythonLibrary() {
    return Stream.of("overlaps", "trimmed").flatMap(kind -> golden().at(kind).elements().stream()).flatMap(made -> {
      var tokenizer = tokenizer(made.at("tokenizer").value());
      return made.at("cases").elements().stream().map(c -> {
        var text = c.at("text").asString();
        return DynamicTest.dynamicTest(Json.of(text) + " with " + tokenizer.addedTokens().values(), () -> {
          var encoding = tokenizer.encode(text);
          assertEquals(c.at("ids").elements().stream().map(JsonCursor::asInt).toList(),
              IntStream.of(encoding.ids()).boxed().toList());
          assertEquals(offsets(c), IntStream.range(0, encoding.size())
              .mapToObj(i -> range(text, encoding.starts()[i], encoding.ends()[i])).toList());
        });
      });
    });
  }

  @TestFactory
  Stream<DynamicTest> normalizesAsThePythonLibrary() {
    return golden().at("normalized").elements().stream().map(c -> {
      var text = c.at("text").asString();
      var normalizer = NormalizerJson.read(c.at("normalizer"));
      return DynamicTest.dynamicTest(normalizer + " of " + Json.of(text), () ->
          assertEquals(c.at("normalized").asString(), normalizer.apply(AlignedText.of(text)).chars()));
    });
  }

  @TestFactory
  Stream<DynamicTest> refusesWhatThePythonLibraryRefuses() {
    return golden().at("refused").elements().stream().map(c -> c.at("pattern").asString())
        .map(pattern -> DynamicTest.dynamicTest(pattern, () -> assertRefused(pattern)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\\Kb", "\\y", "(?~ab)", "(*FAIL)", "(?(a)b|c)", "(?<n>a)\\k<n>", "(a)\\g<1>", "(?i)(a)\\1",
      "(?W:\\w)", "(?<=a*)b", "\\xE4\\xB8\\xAD", "\\101", "\\cA", "[a-[b]]",
      "\\x{+41}", "\\x{\uff14\uff11}", "\\x{}", "(?<=\\X)a", "(?<=\\R)a", "(?<!\\h?+)a"})
  void refusesWhatItCannotTranslate(String pattern) {
    assertRefused(pattern);
  }

  private static void assertRefused(String pattern) {
    var error = assertThrows(TokenizerException.class, () -> OnigurumaRegex.compile(pattern));
    assertTrue(error.getMessage().startsWith("found the regular expression \"" + pattern + "\", which "),
        error.getMessage());
    assertTrue(error.getMessage().endsWith(" the tokenizer's pattern"), error.getMessage());
  }

  @Test
  void doesNotFailWhereTheLibraryDoes() {
    var tokenizer = tokenizer(Json.parse("""
        {"added_tokens": [
          {"id": 3, "content": "x", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false,
           "special": false},
          {"id": 4, "content": " ", "single_word": false, "lstrip": true, "rstrip": false, "normalized": false,
           "special": false}],
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}, "merges": []}}""".getBytes(), "test"));
    var encoding = tokenizer.encode("ax  b");
    assertEquals(List.of(0, 3, 1), IntStream.of(encoding.ids()).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "(?i:", "(?=", "(?i)(", "a?"})
  void aRegularExpressionIsNotNestedWithoutEnd(String opening) {
    var deep = opening.endsWith("?") ? "a" + "?".repeat(100_000) : opening.repeat(100_000) + "a";
    var error = assertThrows(TokenizerException.class, () -> OnigurumaRegex.compile(deep));
    assertTrue(error.getMessage().contains("more than 100 groups, sets and repetitions in each other"),
        error.getMessage());
    assertTrue(error.getMessage().length() < 400, error.getMessage());
    assertTrue(OnigurumaRegex.compile("(?i)ß").matcher("SS").matches());
  }

  @Test
  void aRegularExpressionAsDeepAsAllowedFitsASmallStack() throws InterruptedException {
    var deepest = "(?i:".repeat(100) + "a" + ")".repeat(100);
    var found = new AtomicBoolean();
    var thread = new Thread(null, () -> found.set(OnigurumaRegex.compile(deepest).matcher("A").matches()), "small",
        512 << 10);
    thread.start();
    thread.join();
    assertTrue(found.get());
  }

  @Test
  void aLongLiteralIsReadInLinearTime() {
    var literal = new Random(1).ints(200_000, 'a', 'z' + 1)
        .mapToObj(Character::toString).collect(Collectors.joining());
    assertTimeout(Duration.ofSeconds(5), () -> OnigurumaRegex.compile(literal));
    var repetitive = "ab".repeat(150_000);
    assertTimeout(Duration.ofSeconds(5), () -> Delimiter.regex(repetitive));
    assertTimeout(Duration.ofSeconds(5), () -> Delimiter.literal(repetitive));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ' ', quoteCharacter = '`', value = {"a(b malformed at 3", "ab\\p{Lx}c does_not_support at 2",
      "a\\x{}b does_not_support at 1", "ab(*FAIL) does_not_support at 2", "a[b-\\d] malformed at 3",
      "a[b-[c]] does_not_support at 3", "a\\x{110000} does_not_support at 1"})
  void namesThePlaceWhereTheCulpritBegins(String pattern, String kind, String at, int place) {
    var error = assertThrows(TokenizerException.class, () -> OnigurumaRegex.compile(pattern));
    var expected = kind.replace('_', ' ') + " at character " + place + ": ";
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }

  @Test
  void aMatchThatBacktracksWithoutEndIsRefused() {
    var delimiter = Delimiter.regex("(a+)+\\1c");
    var text = "a".repeat(60) + "b";
    var error = assertThrows(TokenizerException.class, () -> delimiter.find(text, 0, text.length(), (_, _) -> {}));
    assertEquals("pattern \"(a+)+\\1c\": found a text of 61 characters that it tries in too many ways; change the"
        + " tokenizer's pattern", error.getMessage());
  }

  @Test
  void aTextThatAPatternCannotTakeIsRefusedWithThePatternAsWritten() {
    var delimiter = Delimiter.regex("(?:\\h|b)*c");
    var text = "a".repeat(1 << 20);
    var error = assertThrows(TokenizerException.class, () -> delimiter.find(text, 0, text.length(), (_, _) -> {}));
    assertTrue(error.getMessage().startsWith("pattern \"(?:\\h|b)*c\": found a text of 1048576 characters"),
        error.getMessage());
  }

  @Test
  void anAddedTokenHasTheIdThatTheVocabularyGivesIt() {
    var tokenizer = tokenizer(Json.parse("""
        {"added_tokens": [{"id": 7, "content": "ab", "special": true}],
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": []}}""".getBytes(), "test"));
    assertEquals(List.of(0, 2, 1), IntStream.of(tokenizer.encode("aabb").ids()).boxed().toList());
    assertEquals("a", tokenizer.decode(new int[] {0, 2}, Specials.SKIP));
  }

  @Test
  void refusesTokensAroundATemplatesTokens() {
    var template = """
        {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "a", "type_id": 0}},
          {"Sequence": {"id": "A", "type_id": 0}}], "pair": [],
         "special_tokens": {"a": {"id": "a", "ids": [0], "tokens": ["a"]}}}""";
    var bytes = "{\"type\": \"ByteLevel\", \"trim_offsets\": true}";
    processed(bytes, template, bytes);
    var error = assertThrows(JsonException.class, () -> processed(template, bytes, template));
    assertTrue(error.getMessage().contains("processors[2].type: found \"TemplateProcessing\", expected ByteLevel"
        + " behind TemplateProcessing"), error.getMessage());
  }

  private Tokenizer processed(String... processors) {
    return tokenizer(Json.parse(("{\"post_processor\": {\"type\": \"Sequence\", \"processors\": ["
        + String.join(",", processors) + "]}, \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}}")
        .getBytes(), "test"));
  }

  private Tokenizer tokenizer(Json json) {
    try {
      return Tokenizer.load(Files.writeString(folder.resolve("tokenizer.json"), json.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> offsets(JsonCursor c) {
    return c.at("offsets").elements().stream().map(o -> o.at(0).asInt() + "-" + o.at(1).asInt()).toList();
  }

  /** A range in code points, as Python counts. */
  private static String range(String text, int from, int to) {
    return text.codePointCount(0, from) + "-" + text.codePointCount(0, to);
  }
}
