package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where {@code tokenizer_config.json} declares tokens otherwise than {@code tokenizer.json}, tokens and ids are those of
 * transformers. The cases come from {@code src/test/python/declared_tokens.py}.
 */
class DeclaredTokensTest {
  @TempDir
  Path folder;

  @TestFactory
  Stream<DynamicTest> countAboveThoseOfTheTokenizer() {
    var golden = golden().elements();
    return IntStream.range(0, golden.size()).mapToObj(i -> DynamicTest.dynamicTest("case " + i, () -> {
      var tokenizer = load(golden.get(i).at("tokenizer").value(), golden.get(i).at("config").value());
      var added = tokenizer.addedTokens().values().stream()
          .sorted(Comparator.comparingInt(AddedToken::id)).toList();
      assertEquals(golden.get(i).at("added").elements().stream().map(DeclaredTokensTest::token).toList(), added);
      for (var c : golden.get(i).at("cases").elements()) {
        assertArrayEquals(c.at("ids").elements().stream().mapToInt(JsonCursor::asInt).toArray(),
            tokenizer.encode(c.at("text").asString()).ids(), c.at("text").asString());
      }
    }));
  }

  @Test
  void areWrittenWithTheTokenizer() throws IOException {
    for (var c : golden().elements()) {
      var tokenizer = load(c.at("tokenizer").value(), c.at("config").value());
      var copy = Files.createTempDirectory(folder, "copy");
      tokenizer.save(copy);
      assertEquals(tokenizer.addedTokens(), Tokenizer.load(copy).addedTokens());
    }
  }

  @Test
  void anErrorNamesTheFileAndThePlace() {
    var tokenizer = golden().at(0).at("tokenizer").value();
    var config = Json.object().put("added_tokens_decoder", Json.object()
        .put("7", Json.object().put("content", "").build()).build()).build();
    var error = assertThrows(JsonException.class, () -> load(tokenizer, config));
    assertEquals("tokenizer_config.json: added_tokens_decoder[\"7\"].content: found \"\", expected at least a "
        + "character", error.getMessage());
    var unnumbered = Json.object().put("added_tokens_decoder", Json.object()
        .put("x", Json.object().put("content", "a").build()).build()).build();
    assertThrows(JsonException.class, () -> load(tokenizer, unnumbered));
  }

  private Tokenizer load(Json tokenizer, Json config) throws IOException {
    var at = Files.createTempDirectory(folder, "tokenizer");
    Files.writeString(at.resolve("tokenizer.json"), tokenizer.toString());
    Files.writeString(at.resolve("tokenizer_config.json"), config.toString());
    return Tokenizer.load(at);
  }

  private static AddedToken token(JsonCursor json) {
    return new AddedToken(json.at("id").asInt(), json.at("content").asString(), json.at("single_word").asBoolean(),
        json.at("lstrip").asBoolean(), json.at("rstrip").asBoolean(), json.at("normalized").asBoolean(),
        json.at("special").asBoolean());
  }

  private static JsonCursor golden() {
    try (var in = DeclaredTokensTest.class.getResourceAsStream("/golden/tokenizers/declared.json")) {
      return JsonCursor.of(Json.parse(in.readAllBytes(), "declared.json"), "declared.json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
