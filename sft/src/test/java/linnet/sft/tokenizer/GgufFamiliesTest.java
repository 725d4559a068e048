package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.nn.io.GgufFile;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What GGUF files hold for the families' tokenizers means what llama.cpp makes of it, and survives the way
 * there and back. Files and ids come from {@code src/test/python/gguf_tokenizers.py}.
 */
class GgufFamiliesTest {
  @TestFactory
  Stream<DynamicTest> asLlamaCpp() {
    return Stream.of("llama2", "gemma", "gpt2", "llama3", "qwen3", "smollm2").flatMap(name -> {
      var tokenizer = load(name);
      var cases = JsonCursor.read(GoldenCases.folder("gguf").resolve(name + ".json")).at("cases").elements();
      return cases.stream().map(c -> DynamicTest.dynamicTest(name + " encodes " + c.at("text").value(),
          () -> assertEquals(GoldenCases.ints(c.at("ids")), ids(tokenizer, c.at("text").asString()))));
    });
  }

  private static Tokenizer load(String name) {
    var path = GoldenCases.folder("gguf").resolve(name + ".gguf");
    try (var file = GgufFile.open(path)) {
      var data = GgufTokenizer.read(file.metadata()).orElseThrow();
      return Tokenizer.ofGguf(data, Optional.empty(), name);
    }
  }

  private static List<Integer> ids(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encodeWithSpecialTokens(text).ids()).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "phi2", "llama3", "smollm2", "smollm3", "tekken", "llama2", "phi3"})
  void goThereAndBack(String family) {
    checkThereAndBack(family, text -> true);
  }

  /** GGUF has no word for composing characters first. */
  @Test
  void qwenGoesThereAndBackInComposedText() {
    checkThereAndBack("qwen3", text -> Normalizer.isNormalized(text, Normalizer.Form.NFC));
  }

  /** llama.cpp takes the longest run of spaces, as SentencePiece does; merges take another one. */
  @Test
  void gemmaGoesThereAndBackButForRunsOfSpaces() {
    checkThereAndBack("gemma", text -> !text.contains("  ") && !text.contains("▁"));
  }

  /** GGUF has no word for a space before the very first part alone. */
  @Test
  void behindATokenMistralGoesThereAndBack() {
    checkThereAndBack("mistral-v0.3", text -> text.startsWith("<s>") || text.startsWith("[INST]"));
  }

  @Test
  void whatIsLeftOutIsTold() {
    for (var family : List.of("gpt2", "phi2", "llama3", "smollm2", "smollm3", "tekken", "llama2", "phi3",
        "gemma")) {
      assertEquals(List.of(), leftOut(family), family);
    }
    assertTrue(leftOut("qwen3").getFirst().contains("NFC"));
    assertTrue(leftOut("mistral-v0.3").getFirst().contains("a space before the first piece"));
    assertTrue(leftOut("phi4-mini").getFirst().contains("behind <|end|> llama.cpp encodes it by itself"));
  }

  private static List<String> leftOut(String family) {
    return Tokenizer.load(GoldenCases.folder("families/" + family)).leftOutOfGguf("mine");
  }

  private static void checkThereAndBack(String family, Predicate<String> texts) {
    var tokenizer = Tokenizer.load(GoldenCases.folder("families/" + family));
    var data = tokenizer.toGguf();
    var back = GgufConversion.build(data, Optional.empty(), Optional.of(family + " of a test"), "m.gguf");
    var again = back.toGguf();
    assertTrue(data.tokens().equals(again.tokens()) && data.kinds().equals(again.kinds()), "tokens");
    assertTrue(data.scores().equals(again.scores()) && data.merges().equals(again.merges()), "merges");
    assertEquals(data.pre(), again.pre());
    assertEquals(data.addBos(), again.addBos());
    assertEquals(data.addSpacePrefix(), again.addSpacePrefix());
    var cases = GoldenCases.of("families/" + family).json().at("cases").elements().stream()
        .map(c -> c.at("text").asString()).filter(texts).toList();
    assertTrue(cases.size() >= 2, () -> "cases: " + cases);
    for (String text : cases) {
      var expected = tokenizer.encode(text);
      assertArrayEquals(expected.ids(), back.encode(text).ids(), text);
      assertEquals(tokenizer.decode(expected.ids()), back.decode(expected.ids()), text);
    }
  }

  /** Phi-3 is known by the model's name: the tokens of its turns take the line end behind them. */
  @Test
  void thePhi3InTheNameMatters() {
    var data = Tokenizer.load(GoldenCases.folder("families/phi3")).toGguf();
    var phi3 = GgufConversion.build(data, Optional.empty(), Optional.of("My Phi-3 Mini"), "m.gguf");
    var other = GgufConversion.build(data, Optional.empty(), Optional.of("Mine"), "m.gguf");
    assertEquals(1, phi3.encode("<|user|>\n").size());
    assertTrue(other.encode("<|user|>\n").size() > 1);
    assertTrue(phi3.encode("<s>\n").size() > 1);
    var tokenizer = Tokenizer.load(GoldenCases.folder("families/phi3"));
    assertEquals("Phi-3 mine", tokenizer.nameInGguf("mine"));
    assertEquals("my-phi3", tokenizer.nameInGguf("my-phi3"));
    assertEquals("mine", Tokenizer.load(GoldenCases.folder("families/llama2")).nameInGguf("mine"));
  }

  /** With one more token the others keep their white space. */
  @Test
  void phi3WithAnotherTokenKeepsItsName() {
    var file = GoldenCases.folder("families/phi3").resolve("tokenizer.json");
    var json = (Json.Obj) JsonCursor.read(file).value();
    var added = new ArrayList<>(((Json.Arr) json.get("added_tokens").orElseThrow()).elements());
    added.add(Json.object().put("id", 700).put("content", "[PAD]").put("special", true).put("rstrip", false)
        .put("lstrip", false).put("single_word", false).put("normalized", false).build());
    var changed = json.toBuilder().put("added_tokens", Json.of(added)).build();
    var tokenizer = new Tokenizer(TokenizerJson.read(JsonCursor.of(changed, "tokenizer.json")),
        TokenizerConfig.EMPTY);
    assertEquals("Phi-3-mini", tokenizer.nameInGguf("Phi-3-mini"));
    assertTrue(tokenizer.leftOutOfGguf("Phi-3-mini").getFirst().contains("behind [PAD] llama.cpp drops it"));
  }

  /** llama.cpp opens no file of that name without Phi-3's tokens. */
  @Test
  void aNameThatSaysPhi3IsGivenToItsTokensAlone() {
    for (String other : List.of("phi4-mini", "llama2", "gpt2")) {
      var tokenizer = Tokenizer.load(GoldenCases.folder("families/" + other));
      assertEquals("My-Phi 3-mini of phi 3", tokenizer.nameInGguf("My-Phi-3-mini of phi3"), other);
      assertEquals("Phi-4", tokenizer.nameInGguf("Phi-4"));
    }
  }

  @Test
  void aTextThatSpellsAControlTokenIsNotMergedIntoIt() {
    var gguf = load("llama2");
    var content = new BitSet();
    content.set(0, 3);
    int start = gguf.specialTokens().bos().orElseThrow();
    assertTrue(Arrays.stream(gguf.encode("<s>", content).ids()).noneMatch(id -> id == start));
    assertArrayEquals(new int[] {start}, gguf.encode("<s>").ids());
  }

  @Test
  void mergesThatAreNoScoresAreRefused() {
    var llama2 = JsonCursor.read(GoldenCases.folder("families/llama2").resolve("tokenizer.json"));
    var merges = llama2.at("model").at("merges").asArray().elements();
    assertRefused(llama2, merges.subList(0, merges.size() - 1), "ways to make it of two tokens");
    var moved = new ArrayList<>(merges);
    int second = IntStream.range(1, merges.size())
        .filter(i -> token(merges.get(i)).equals(token(merges.get(i - 1)))).findFirst().orElseThrow();
    moved.addFirst(moved.remove(second));
    assertRefused(llama2, moved, "merges with those of other tokens between");
  }

  private static String token(Json merge) {
    return ((Json.Str) merge).value().replace(" ", "");
  }

  private static void assertRefused(JsonCursor json, List<Json> merges, String problem) {
    var model = json.at("model").asObject().toBuilder().put("merges", merges).build();
    var changed = JsonCursor.of(json.asObject().toBuilder().put("model", model).build(), "tokenizer.json");
    var tokenizer = new Tokenizer(TokenizerJson.read(changed), TokenizerConfig.EMPTY);
    var message = assertThrows(TokenizerException.class, tokenizer::toGguf).getMessage();
    assertTrue(message.startsWith("model.merges: found for \"") && message.contains(problem), message);
  }

  @Test
  void anAddedTokenThatTakesSpaceBeforeItIsRefused() {
    var error = assertThrows(TokenizerException.class,
        Tokenizer.load(GoldenCases.folder("variants/smollm"))::toGguf);
    assertTrue(error.getMessage().startsWith("added token \"[M]\": found lstrip"), error.getMessage());
  }
}
