package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that run a model without training it: generate, chat, score. */
class ModelCommandsTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  @Test
  void generateTellsTextIdsAndSpeed() {
    var call = Cli.run("generate", "-m", tiny.folder(), "-p", "Who?", "--temperature", 0, "--max-new-tokens",
        5,
        "--json");
    var summary = call.summary();
    int tokens = summary.at("ids").elements().size();
    assertTrue(tokens >= 1 && tokens <= 5);
    assertEquals(tokens == 5 ? "length" : "stop", summary.at("finish").asString());
    assertFalse(summary.at("promptIds").elements().isEmpty());
    assertTrue(summary.at("tokensPerSecond").asDouble() >= 0);
    assertTrue(summary.at("promptSeconds").asDouble() > 0);
    var ids = String.join(",",
        summary.at("ids").elements().stream().map(id -> id.value().toString()).toList());
    var decoded = Cli.run("tokenize", "-m", tiny.folder(), "--ids", ids, "--json")
        .summary().at("text").asString();
    assertEquals(decoded.replaceAll("<\\|[a-z_]+\\|>", ""), summary.at("text").asString());
    var start = call.events().getFirst();
    assertEquals("start", start.at("event").asString());
    assertTrue(start.at("backend").asString().startsWith("vector"), start.at("backend").asString());
    assertEquals("llama", start.at("modelType").asString());
  }

  @Test
  void sampledTextDependsOnTheSeedAlone() {
    var first = sampled(1, 1);
    assertEquals(first, sampled(1, 2));
    assertFalse(first.equals(sampled(2, 1)));
  }

  private static String sampled(int seed, int threads) {
    return Cli.run("generate", "-m", tiny.folder(), "-p", "Who?", "--raw", "--temperature", 1,
        "--max-new-tokens", 12,
        "--seed", seed, "--threads", threads, "--json").summary().at("ids").value().toString();
  }

  @Test
  void chatAnswersEachLineAndStartsOver() {
    var input = System.in;
    try {
      var lines = "Hi\n\nHo\n/new\nHi\n/quit\nnot read\n";
      System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
      var call = Cli.run("chat", "-m", tiny.folder(), "--max-new-tokens", 4, "--json");
      assertEquals(3, call.summary().at("turns").asInt());
      var turns = call.named("turn").stream().map(turn -> turn.at("ids").value().toString()).toList();
      assertEquals(3, turns.size());
      assertEquals(turns.get(0), turns.get(2), "after /new the model sees the same conversation again");
    } finally {
      System.setIn(input);
    }
  }

  @Test
  void theReasonOfAnAnswersEndIsTold() {
    var longest = new Object[] {"generate", "-m", tiny.folder(), "--raw", "-p", "z".repeat(255)};
    assertEquals("context", Cli.run(with(longest, "--json")).summary().at("finish").asString());
    assertTrue(Cli.ok(longest).out().contains("ended by the end of the model's positions"));
    var one = new Object[] {"generate", "-m", tiny.folder(), "--raw", "-p", "z", "--max-new-tokens", 1};
    assertEquals("length", Cli.run(with(one, "--json")).summary().at("finish").asString());
    assertTrue(Cli.ok(one).out().contains("ended by --max-new-tokens"));
  }

  private static Object[] with(Object[] args, Object more) {
    return Stream.concat(Arrays.stream(args), Stream.of(more)).toArray();
  }

  @Test
  void chatGoesOnAfterALineThatIsTooLong() {
    var input = System.in;
    try {
      var lines = "Hi\n" + "z".repeat(300) + "\nHi\n/new\nHi\n";
      System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
      var call = Cli.run("chat", "-m", tiny.folder(), "--max-new-tokens", 4, "--json");
      assertEquals(3, call.summary().at("turns").asInt());
      var notice = call.named("notice").getFirst().at("text").asString();
      assertTrue(notice.contains("255 tokens at most") && notice.contains("/new"), notice);
    } finally {
      System.setIn(input);
    }
  }

  @Test
  void scoreMarksTrainedTokensAndGivesTheirMean() {
    var call = Cli.run("score", "-m", tiny.folder(), "-d", tiny.rows(), "--rows", 3, "--json");
    double sum = 0;
    int trained = 0;
    for (var row : call.named("row")) {
      var logProbs = row.at("logProbs").elements();
      var marks = row.at("trained").elements();
      assertEquals(row.at("ids").elements().size(), logProbs.size());
      assertEquals(logProbs.size(), marks.size());
      assertEquals(Json.NULL, logProbs.getFirst().value(), "nothing comes before the first token");
      for (int t = 1; t < marks.size(); t++) {
        if (marks.get(t).asInt() == 1) {
          sum -= logProbs.get(t).asDouble();
          trained++;
        }
      }
    }
    assertEquals(List.of(1, 2, 3), call.named("row").stream().map(row -> row.at("line").asInt()).toList());
    assertEquals(trained, call.summary().at("trainedTokens").asInt());
    assertEquals(sum / trained, call.summary().at("loss").asDouble(), 1e-9);
  }

  @Test
  void scoreShowsTokensToPeople() {
    var out = Cli.ok("score", "-m", tiny.folder(), "-d", tiny.rows(), "--rows", 1, "--tokens").out();
    assertTrue(out.lines().anyMatch(line -> line.matches(" {4} +1 +- +<\\|im_start\\|>")), out);
    assertTrue(out.lines().anyMatch(line -> line.matches(" +\\* +2 +-\\d+\\.\\d{6} +<\\|im_end\\|>")), out);
    assertTrue(out.contains("1 row: loss "), out);
  }
}
