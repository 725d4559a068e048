package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import linnet.nn.json.Json;
import linnet.nn.json.JsonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading rows, and what is said about files that hold none. */
class RowReaderTest {
  @TempDir
  private Path folder;

  private List<Row> read(String name, String content) {
    return read(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private List<Row> read(String name, byte[] content) {
    try {
      return RowReader.read(Files.write(folder.resolve(name), content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String error(String name, String content) {
    return error(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** The message of the error, without the folder. */
  private String error(String name, byte[] content) {
    var error = assertThrows(RuntimeException.class, () -> read(name, content));
    assertTrue(error instanceof DataException || error instanceof JsonException, error.toString());
    return error.getMessage().replace(folder + "/", "");
  }

  @Test
  void linesAreCountedWithTheBlankOnesAndWithoutTheMark() {
    var rows = read("a.jsonl", "\ufeff{\"prompt\": \"é😀\"}\r\n\r\n   \n{\"prompt\": \"b\"}");
    assertEquals(List.of(1L, 4L), rows.stream().map(Row::line).toList());
    assertEquals("{\"prompt\":\"é😀\"}", rows.getFirst().fields().compact());
  }

  @Test
  void linesMayBeLongerThanAnyBuffer() {
    var texts = List.of("x".repeat(200_000), "y", "é".repeat(65_530), "z".repeat(65_536 - 14));
    var content = texts.stream().map(text -> "{\"prompt\": \"" + text + "\"}\n").collect(Collectors.joining());
    var rows = read("a.jsonl", content);
    assertEquals(texts.stream().map(Json::of).toList(),
        rows.stream().map(row -> row.fields().get("prompt").orElseThrow()).toList());
    assertEquals(List.of(1L, 2L, 3L, 4L), rows.stream().map(Row::line).toList());
  }

  @Test
  void malformedJsonIsReportedWithItsLine() {
    assertTrue(error("a.jsonl", "{\"a\": 1}\n\n{\"a\": }\n").startsWith("a.jsonl:3:"), "line 3");
    assertTrue(error("a.jsonl", "{\"a\": 1}\n[1]\n")
        .startsWith("a.jsonl:2: found an array, expected a JSON object"));
    assertTrue(error("a.jsonl", "{\"a\": 1} {\"a\": 2}").startsWith("a.jsonl:1:"));
  }

  @Test
  void bytesThatAreNotUtf8AreReportedWithTheirLine() {
    assertTrue(error("a.jsonl", new byte[] {'{', '}', '\n', '"', (byte) 0xff})
        .startsWith("a.jsonl:2: found the byte 0xff, expected UTF-8"));
    assertTrue(error("a.csv", new byte[] {'a', '\n', (byte) 0xff, '\n'})
        .startsWith("a.csv:2: found the byte 0xff"));
  }

  @Test
  void halvesOfCharactersAreReportedWithTheirLine() {
    assertEquals("{\"a\":\"😀\"}",
        read("a.jsonl", "{\"a\": \"\\ud83d\\ude00\"}").getFirst().fields().compact());
    assertEquals("a.jsonl:2: found \\ud83d, half of a character, without the other half beside it;"
        + " expected both, or neither", error("a.jsonl", "{\"a\": 1}\n{\"a\": [{\"b\": \"x\\ud83dy\"}]}"));
  }

  @Test
  void filesWithoutRowsAreRefused() {
    for (var name : List.of("a.jsonl", "a.csv")) {
      assertTrue(error(name, "\n\n").endsWith("found no rows, expected at least one"));
    }
    assertTrue(error("a.csv", "prompt,completion\n").endsWith("found no rows, expected at least one"));
    var missing = assertThrows(UncheckedIOException.class,
        () -> RowReader.read(folder.resolve("none.jsonl")));
    assertTrue(missing.getMessage().endsWith("none.jsonl: there is no such file"), missing.getMessage());
  }

  @Test
  void csvTakesNamesFromItsFirstRow() {
    var rows = read("a.csv", "\ufeffprompt,completion\r\n\"a, \"\"b\"\"\",\"two\nlines\"\r\n\r\nc,d\r\n");
    assertEquals("{\"prompt\":\"a, \\\"b\\\"\",\"completion\":\"two\\nlines\"}",
        rows.getFirst().fields().compact());
    assertEquals(List.of(2L, 5L), rows.stream().map(Row::line).toList());
    assertEquals("{\"x\":\"1,5\",\"y\":\"2\"}",
        read("a.tsv", "x\ty\n1,5\t2\n").getFirst().fields().compact());
  }

  @Test
  void malformedCsvIsReportedWithItsLine() {
    assertTrue(error("a.csv", "a,b\n1,2\n3\n").startsWith("a.csv:3: found 1 values, expected 2"));
    assertTrue(error("a.csv", "a,a\n1,2\n").startsWith("a.csv:1: found the header [a, a]"));
    assertTrue(error("a.csv", "a,b\n1,2\n\"x,3\n").startsWith("a.csv:3: found malformed CSV"));
    assertTrue(error("a.csv", "a,b\n\"x\"y,3\n").startsWith("a.csv:2: found malformed CSV"));
  }
}
