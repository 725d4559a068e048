package linnet.sft.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.DynamicTest;

/** The cases that the Python library computed for a tokenizer. */
record GoldenCases(String name, JsonCursor json) {
  static GoldenCases of(String name) {
    return new GoldenCases(name, JsonCursor.read(folder(name).resolve("cases.json")));
  }

  static Path folder(String name) {
    try {
      return Path.of(GoldenCases.class.getResource("/golden/tokenizers/" + name).toURI());
    } catch (URISyntaxException impossible) {
      throw new UncheckedIOException(new IOException(impossible));
    }
  }

  /** One test for each text and each list of ids. */
  Stream<DynamicTest> tests(Supplier<Tokenizer> tokenizer) {
    var encode = json.at("cases").elements();
    var decode = json.at("decode_cases").elements();
    return Stream.concat(
        encode.stream().map(c -> DynamicTest.dynamicTest(name + " encodes " + c.at("text").value(),
            () -> checkEncode(tokenizer.get(), c))),
        decode.stream().map(c -> DynamicTest.dynamicTest(name + " decodes " + c.at("ids").value(),
            () -> checkDecode(tokenizer.get(), c))));
  }

  private static void checkEncode(Tokenizer tokenizer, JsonCursor c) {
    String text = c.at("text").asString();
    var encoding = tokenizer.encode(text);
    var inCodePoints = encoding.inCodePoints(text);
    var ids = ints(c.at("ids"));
    assertEquals(ids, boxed(encoding.ids()), "ids");
    assertEquals(c.at("offsets").elements().stream().map(GoldenCases::ints).toList(),
        Stream.iterate(0, i -> i < encoding.size(), i -> i + 1)
            .map(i -> List.of(inCodePoints.starts()[i], inCodePoints.ends()[i])).toList(), "offsets");
    checkDecode(tokenizer, c);
    c.opt("ids_with_special").ifPresent(special -> {
      var with = ints(special);
      assertEquals(with, boxed(tokenizer.encodeWithSpecialTokens(text).ids()), "ids with special tokens");
      assertEquals(c.at("decoded_with_special_keep").asString(), tokenizer.decode(array(with)));
      assertEquals(c.at("decoded_with_special_skip").asString(),
          tokenizer.decode(array(with), Specials.SKIP));
    });
  }

  private static void checkDecode(Tokenizer tokenizer, JsonCursor c) {
    var ids = array(ints(c.at("ids")));
    String keep = c.at("decoded_keep").asString();
    assertEquals(keep, tokenizer.decode(ids), "decoded with special tokens");
    assertEquals(c.opt("decoded_skip").map(JsonCursor::asString).orElse(keep),
        tokenizer.decode(ids, Specials.SKIP), "decoded without special tokens");
  }

  static List<Integer> ints(JsonCursor array) {
    return array.elements().stream().map(JsonCursor::asInt).toList();
  }

  private static List<Integer> boxed(int[] ints) {
    return java.util.Arrays.stream(ints).boxed().toList();
  }

  private static int[] array(List<Integer> ints) {
    return ints.stream().mapToInt(Integer::intValue).toArray();
  }
}
