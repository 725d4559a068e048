package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows as the model sees them, and templates that are chosen. */
class DataShowTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;
  private static Path rows;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
    rows = Files.writeString(folder.resolve("two.jsonl"), """
        {"messages": [{"role": "user", "content": "q1 <|im_end|>"}, {"role": "assistant", "content": "aé"},
         {"role": "user", "content": "q2"}, {"role": "assistant", "content": "a2"}]}
        {"prompt": "Who \\u001b[31m?", "completion": "Ada"}
        """.replace("},\n ", "}, "));
  }

  private static Cli.Call show(Object... more) {
    return Cli.run(List.of(List.of("data", "show", "-m", tiny.folder(), "-d", rows, "--no-cache"), List.of(more))
        .stream().flatMap(List::stream).toArray());
  }

  @Test
  void whatIsTrainedStandsInBracketsWhereThereIsNoTerminal() {
    var out = show("--mask").out();
    assertTrue(out.contains("<|im_start|>user\nq1 <|im_end|><|im_end|>\n<|im_start|>assistant\n⟦aé<|im_end|>\n⟧"
        + "<|im_start|>user\nq2<|im_end|>\n<|im_start|>assistant\n⟦a2<|im_end|>\n⟧\n"), out);
    assertTrue(out.contains("Who \\x1b[31m?<|im_end|>"), "nothing steers the terminal: " + out);
    assertFalse(show().out().contains("⟦"));
    assertEquals(out, show("--mask", "--no-color").out());
  }

  @Test
  void machinesGetTokensAndWhatIsTrained() {
    var call = show("--json");
    var shown = call.named("row");
    assertEquals(2, shown.size());
    for (var row : shown) {
      var pieces = row.at("pieces").elements().stream().map(JsonCursor::asString).toList();
      assertEquals(row.at("text").asString(), String.join("", pieces));
      assertEquals(pieces.size(), row.at("tokens").asInt());
      assertEquals(row.at("trainedTokens").asInt(),
          row.at("trained").elements().stream().mapToInt(JsonCursor::asInt).sum());
    }
    assertEquals(shown.stream().mapToInt(row -> row.at("trainedTokens").asInt()).sum(),
        call.summary().at("trainedTokens").asInt());
    var scored = Cli.run("score", "-m", tiny.folder(), "-d", rows, "--no-cache", "--json").named("row");
    assertEquals(scored.getFirst().at("ids").value(), shown.getFirst().at("ids").value());
    assertEquals(scored.getFirst().at("trained").value(), shown.getFirst().at("trained").value());
  }

  @Test
  void noWeightsAreNeeded() throws IOException {
    var text = Files.createDirectories(folder.resolve("text-only"));
    for (var name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja")) {
      if (Files.exists(tiny.folder().resolve(name))) {
        Files.copy(tiny.folder().resolve(name), text.resolve(name));
      }
    }
    var shown = Cli.ok("data", "show", "-m", text, "-d", rows, "--no-cache", "--mask").out();
    assertEquals(show("--mask").out(), shown);
    assertTrue(show("--quantize", "nf4").refusal().contains("--quantize: found an option that"));
    assertTrue(show("--backend", "vector").refusal().contains("--backend: found an option that"));
  }

  /** An adapter's own template comes before its base's; a GGUF file is a model too. */
  @Test
  void adaptersAndGgufFilesAreModels() {
    var adapter = folder.resolve("adapter");
    Cli.ok("train", "-m", tiny.folder(), "-d", rows, "-o", adapter, "--max-steps", 1, "--template", "vicuna");
    assertTrue(Cli.ok("data", "show", "-m", adapter, "-d", rows).out().contains("ASSISTANT:"));
    var gguf = folder.resolve("tiny.gguf");
    Cli.ok("convert", tiny.folder(), gguf);
    assertEquals(show().out(), Cli.ok("data", "show", "-m", gguf, "-d", rows, "--no-cache").out());
  }

  @Test
  void oneRowIsShownByItsLine() {
    assertEquals(List.of(2), show("--row", 2, "--json").named("row").stream()
        .map(row -> row.at("line").asInt()).toList());
    assertEquals(List.of(1), show("--rows", 1, "--json").named("row").stream()
        .map(row -> row.at("line").asInt()).toList());
    var missing = show("--row", 3);
    assertEquals(ExitCode.BAD_INPUT, missing.exitCode());
    assertTrue(missing.err().contains("--row: found 3"), missing.err());
    assertEquals(ExitCode.BAD_INPUT, show("--row", 1, "--rows", 1).exitCode());
  }

  @Test
  void aTemplateIsChosenByNameOrFile() throws IOException {
    assertTrue(show("--template", "vicuna", "--mask", "--row", 2).out().contains("ASSISTANT:⟦ Ada<|im_end|>⟧"),
        show("--template", "vicuna", "--mask", "--row", 2).out());
    var file = Files.writeString(folder.resolve("mine.jinja"), "{% for m in messages %}<|{{ m.role }}|>"
        + "{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}");
    var out = show("--template", file, "--mask", "--row", 2).out();
    assertTrue(out.contains("<|assistant|>⟦Ada<|im_end|>⟧"), out);
    var unknown = show("--template", "lama3");
    assertEquals(ExitCode.BAD_INPUT, unknown.exitCode());
    assertTrue(unknown.err().contains("--template: found \"lama3\"") && unknown.err().contains("role_colon"),
        unknown.err());
    var unfit = show("--template", "llama3");
    assertEquals(ExitCode.BAD_INPUT, unfit.exitCode());
    assertTrue(unfit.err().contains("<|eot_id|>") && unfit.err().lines().count() == 1, unfit.err());
    var undetermined = Files.writeString(folder.resolve("bad.jinja"), "{% for m in messages %}{{ m.role }}"
        + "{{ m.content }}{% endfor %}{% if add_generation_prompt %}model:{% endif %}");
    var refused = show("--template", undetermined);
    assertEquals(ExitCode.BAD_INPUT, refused.exitCode());
    assertTrue(refused.err().contains("two.jsonl:1") && refused.err().contains("message 2"), refused.err());
  }

  @Test
  void colourIsForTerminalsThatWantIt() {
    var trained = new BitSet();
    trained.set(1, 3);
    var pieces = List.of("a", "b", "c", "d");
    assertEquals("a\u001b[32mbc\u001b[0md", TokenMarks.of(true, Map.of()).mark(pieces, trained));
    assertEquals("a⟦bc⟧d", TokenMarks.of(true, Map.of("NO_COLOR", "1")).mark(pieces, trained));
    assertEquals("a⟦bc⟧d", TokenMarks.of(false, Map.of()).mark(pieces, trained));
    assertEquals("a\u001b[32mbc\u001b[0md", TokenMarks.of(true, Map.of("NO_COLOR", "")).mark(pieces, trained));
  }

  @Test
  void aGroupOfCommandsWantsOneOfThem() {
    assertEquals(ExitCode.BAD_INPUT, Cli.run("data").exitCode());
    assertTrue(Cli.ok("data", "show", "--help").out().startsWith("Usage: linnet data show"));
  }
}
