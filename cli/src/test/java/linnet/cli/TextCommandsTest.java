package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import linnet.nn.io.GgufFile;
import linnet.nn.io.GgufMetadata;
import linnet.nn.io.GgufValue;
import linnet.nn.io.GgufWriter;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that compute nothing: tokenize, info, convert, demo-data, train-tokenizer. */
class TextCommandsTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  @Test
  void tokenizeGivesIdsOffsetsInCodePointsAndPieces() {
    var summary = Cli.run("tokenize", "-m", tiny.folder(), "--text", "a𝄞<|im_end|>", "--json").summary();
    var pieces = summary.at("pieces").elements().stream().map(JsonCursor::asString).toList();
    assertEquals(6, pieces.size(), "a, four bytes of a clef, a special token");
    assertEquals("a", pieces.getFirst());
    assertEquals("<|im_end|>", pieces.getLast());
    assertEquals("[[0,1],[1,2],[1,2],[1,2],[1,2],[2,12]]", summary.at("offsets").value().toString());
    assertEquals(2, summary.at("ids").elements().getLast().asInt());
  }

  @Test
  void tokenizeGivesTheTextOfIdsBack() {
    var ids = Cli.run("tokenize", "-m", tiny.folder(), "--text", "Ada is  a knight.", "--json")
        .summary().at("ids");
    var list = String.join(",", ids.elements().stream().map(id -> String.valueOf(id.asInt())).toList());
    assertEquals("Ada is  a knight.",
        Cli.run("tokenize", "-m", tiny.folder(), "--ids", list, "--json").summary().at("text").asString());
  }

  /** As gguf-split leaves it with --no-tensor-first-split. */
  @Test
  void ofASplitModelTheTextIsInTheFirstPart() {
    var whole = folder.resolve("whole.gguf");
    var first = folder.resolve("part-00001-of-00003.gguf");
    Cli.ok("convert", tiny.folder(), whole);
    try (var file = GgufFile.open(whole)) {
      var values = new LinkedHashMap<>(file.metadata().values());
      values.put("split.no", GgufValue.uint32(0));
      values.put("split.count", GgufValue.uint32(3));
      GgufWriter.write(first, new GgufMetadata("test", values), List.of());
    }
    assertEquals(Cli.ok("tokenize", "-m", whole, "--text", "Ada is a knight.").out(),
        Cli.ok("tokenize", "-m", first, "--text", "Ada is a knight.").out());
    assertEquals(Cli.ok("data", "show", "-m", whole, "-d", tiny.rows(), "--mask").out().replace("whole", "?"),
        Cli.ok("data", "show", "-m", first, "-d", tiny.rows(), "--mask").out().replace("part-00001-of-00003", "?"));
    assertTrue(Cli.run("info", first).refusal().contains("expected all 3 parts"));
  }

  @Test
  void tokenizeIsATableForPeople() {
    var lines = Cli.ok("tokenize", "-m", tiny.folder(), "--text", "z").out().lines().toList();
    assertEquals(List.of("id", "offsets", "piece"), List.of(lines.get(0).strip().split(" +")));
    assertTrue(lines.get(1).endsWith("0-1           z"), lines.get(1));
    assertEquals("1 token", lines.get(2));
  }

  @Test
  void infoTellsWhatAModelHolds() {
    var summary = Cli.run("info", tiny.folder(), "--json").summary();
    assertEquals("model", summary.at("kind").asString());
    assertEquals(320 * 16 + 16 + 2 * (2 * 16 + 2 * 16 * 16 + 2 * 8 * 16 + 3 * 16 * 32),
        summary.at("parameters").asInt());
    assertEquals(320, summary.at("vocabularySize").asInt());
    assertEquals(2 * summary.at("parameters").asInt(), summary.at("bytesByType").at("BF16").asInt());
    assertTrue(summary.at("hasChatTemplate").asBoolean());
  }

  @Test
  void infoCountsTheRowsOfADataFile() {
    var summary = Cli.run("info", tiny.rows(), "--json").summary();
    assertEquals("data", summary.at("kind").asString());
    assertEquals(TinyModel.ROWS, summary.at("rows").asInt());
    assertEquals(TinyModel.ROWS, summary.at("assistantMessages").asInt());
  }

  @Test
  void convertGoesToGgufAndBackWithTheSameWeights() throws IOException {
    var gguf = folder.resolve("tiny.gguf");
    var back = folder.resolve("back");
    assertEquals("BF16", Cli.run("convert", tiny.folder(), gguf, "--json").summary().at("dtype").asString());
    Cli.ok("convert", gguf, back);
    assertArrayEquals(Files.readAllBytes(tiny.folder().resolve("model.safetensors")),
        Files.readAllBytes(back.resolve("model.safetensors")));
    assertEquals(Cli.ok("tokenize", "-m", tiny.folder(), "-t", "Bo says: hi").out(),
        Cli.ok("tokenize", "-m", back, "-t", "Bo says: hi").out());
  }

  @Test
  void aModelfileStandsBesideAQuantisedFile() throws IOException {
    var gguf = folder.resolve("small.GGUF");
    var call = Cli.ok("convert", tiny.folder(), gguf, "--dtype", "q8_0", "--ollama");
    assertTrue(call.out().contains("small.Modelfile: ollama create"), call.out());
    var lines = Files.readAllLines(folder.resolve("small.Modelfile"));
    assertEquals("FROM ./small.GGUF", lines.getFirst());
    assertTrue(lines.contains("PARAMETER stop \"<|im_end|>\""), lines.toString());
    assertTrue(lines.get(1).startsWith("TEMPLATE \"\"\"{{ range $i, $_ := .Messages }}"), lines.toString());
  }

  @Test
  void demoDataIsTheSameForASeed() throws IOException {
    var first = folder.resolve("first.jsonl");
    var second = folder.resolve("second.jsonl");
    var other = folder.resolve("other.jsonl");
    var summary = Cli.run("demo-data", "held_out", first, "--rows", 9, "--json").summary();
    assertEquals(9, summary.at("rows").asInt());
    Cli.ok("demo-data", "held_out", second, "--rows", 9);
    Cli.ok("demo-data", "held_out", other, "--rows", 9, "--seed", 1);
    assertEquals(-1, Files.mismatch(first, second));
    assertTrue(Files.mismatch(first, other) >= 0);
    assertEquals(9, Files.readAllLines(first).size());
  }
}
