package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonParseTest {
  @Test
  void readsEveryKindOfValue() {
    var json = Json.parse(" {\"a\": [1, -2.5e3, \"x\\u00e9\\n\\/\"], "
        + "\"b\": true, \"c\": null, \"d\": {}} ", "t");
    var expected = Json.object()
        .put("a", Json.of(List.of(
            new Json.Num("1"), new Json.Num("-2.5e3"), new Json.Str("xé\n/"))))
        .put("b", true)
        .put("c", Json.NULL)
        .put("d", Json.object())
        .build();
    assertEquals(expected, json);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", " ", "[", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\"}", "01",
      "1.", ".5", "+1", "-", "1e", "1e+", "NaN",
      "Infinity", "-Infinity", "tru", "nul", "True", "'a'", "\"a", "\"\\x\"",
      "\"\\u12g4\"", "\"\\u12", "\"\t\"",
      "\"\n\"", "[1 2]", "1 2", "// c\n1", "\u00a01",
      "\"\\u٠٠٠٠\"", "{\"a\":1 \"b\":2}", "]", "0x10", "1_000"})
  void refusesWhatIsNotJson(String text) {
    assertThrows(JsonException.class, () -> Json.parse(text, "t"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "`{\n  \"a\": 1,\n  \"b\" 2\n}` | t.json:3:7: found '2', expected ':'",
      "[1, x] | t.json:1:5: found 'x', expected a value",
      "[\"😀\", ?] | t.json:1:7: found '?', expected a value",
      "[1 | t.json:1:3: found the end of the text, expected ',' or ']'",
      "`{\"a\": 1, \"a\": 2}` "
          + "| `t.json:1:10: found the name \"a\" a second time, expected each name once in an object`",
      "`[\r\n\"\u0001\"]` | t.json:2:2: found U+0001, "
          + "expected no control character within a string (write it as an escape)",
      "-x | t.json:1:1: found '-', expected digits after the minus sign"})
  void saysWhereAndWhat(String text, String message) {
    assertEquals(message, assertThrows(JsonException.class, () -> Json.parse(text, "t.json")).getMessage());
  }

  @Test
  void countsLinesFromTheGivenOne() {
    var error = assertThrows(JsonException.class, () -> Json.parse("{\"a\":}", "rows.jsonl", 17));
    assertTrue(error.getMessage().startsWith("rows.jsonl:17:6: "), error.getMessage());
  }

  @Test
  void keepsLoneSurrogatesAndJoinsPairs() {
    assertEquals(new Json.Str("\ud800x\ude00"), Json.parse("\"\\ud800x\\uDE00\"", "t"));
    assertEquals(new Json.Str("😀"), Json.parse("\"\\ud83d\\ude00\"", "t"));
  }

  @Test
  void skipsAByteOrderMarkAndRefusesOtherEncodings() {
    assertEquals(Json.TRUE, Json.parse("\ufefftrue".getBytes(StandardCharsets.UTF_8), "t"));
    var latin = "[1,\n\"é\"]".getBytes(StandardCharsets.ISO_8859_1);
    var error = assertThrows(JsonException.class, () -> Json.parse(latin, "t"));
    assertEquals("t:2:2: found the byte 0xe9, expected UTF-8 text", error.getMessage());
    var cut = new byte[] {'"', (byte) 0xe2, (byte) 0x82};
    assertThrows(JsonException.class, () -> Json.parse(cut, "t"));
  }

  @Test
  void nestsFarButNotWithoutEnd() {
    Json.parse("[".repeat(512) + "]".repeat(512), "t");
    var error = assertThrows(JsonException.class, () -> Json.parse("[".repeat(100_000), "t"));
    assertEquals("t:1:513: found values nested more than 512 deep, expected fewer levels",
        error.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "-0, 0", "1e3, 1000", "2.0, 2", "9223372036854775807, 9223372036854775807",
      "-9223372036854775808, -9223372036854775808", "123e-1,", "9223372036854775808,", "1e999999999,",
      "1e99999999999,", "0.5,", "1e-999999999,"})
  void givesLongsOnlyWhereExact(String literal, Long expected) {
    assertEquals(Optional.ofNullable(expected), new Json.Num(literal).longValue());
  }
}
