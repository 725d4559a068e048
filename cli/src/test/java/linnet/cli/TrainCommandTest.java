package linnet.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code linnet train}, {@code pretrain} and {@code demo}: what they tell, write and resume. */
class TrainCommandTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  private static Cli.Call train(String out, Object... more) {
    var args = new ArrayList<Object>(List.of("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o",
        folder.resolve(out), "--batch-size", 4, "--validation-rows", 4, "--json"));
    if (List.of(more).contains("-d")) {
      args.subList(3, 5).clear();
    }
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void tellsPlanStepsAndSummary() {
    var call = train("told", "--max-steps", 3);
    assertEquals(List.of("start", "data", "plan", "validation", "computing", "step", "step", "step",
        "validation",
        "summary"), call.events().stream().map(event -> event.at("event").asString()).toList());
    var step = call.named("step").getLast();
    assertEquals(3, step.at("step").asInt());
    assertEquals(3, step.at("totalSteps").asInt());
    assertTrue(step.at("tokens").asInt() > step.at("trainedTokens").asInt());
    for (var name : List.of("loss", "learningRate", "gradientNorm", "seconds", "tokensPerSecond")) {
      assertTrue(step.at(name).asDouble() > 0, name);
    }
    var summary = call.summary();
    assertEquals(step.at("loss").asDouble(), summary.at("loss").asDouble());
    assertEquals(call.named("validation").getLast().at("loss").asDouble(),
        summary.at("validationLoss").asDouble());
    assertFalse(summary.at("interrupted").asBoolean());
    assertTrue(summary.at("tokensPerSecond").asDouble() > 0);
    assertTrue(summary.at("secondsToFirstStep").asDouble() > 0);
    var plan = call.named("plan").getFirst();
    assertTrue(plan.at("expectedPeakBytes").asDouble() > summary.at("tensorBytes").asDouble());
    assertEquals(Files.exists(Path.of("/proc/self/status")), summary.opt("peakBytes").isPresent());
  }

  @Test
  void rowsThatWereEncodedBeforeTrainToTheSameBits() throws IOException {
    var rows = Files.writeString(folder.resolve("fresh.jsonl"), Files.readString(tiny.rows()).stripTrailing()
        + "\n{\"prompt\": \"" + UUID.randomUUID() + "\", \"completion\": \"b\"}\n");
    for (var run : List.of("first", "second", "third")) {
      var more = new ArrayList<Object>(List.of("--max-steps", 2, "-d", rows));
      if (run.equals("third")) {
        more.add("--no-cache");
      }
      var call = train(run, more.toArray());
      call.summary();
      assertEquals(run.equals("second"), call.named("data").getFirst().at("cached").asBoolean(), run);
      for (var file : List.of("adapter_model.safetensors", "tokenizer.json", "chat_template.jinja")) {
        assertEquals(-1, Files.mismatch(folder.resolve("first").resolve(file),
            folder.resolve(run).resolve(file)));
      }
    }
  }

  @Test
  void theAdapterLoadsAndIsDescribed() {
    train("adapter", "--max-steps", 1, "--lora-rank", 4, "--lora-targets", "q_proj,v_proj").summary();
    var info = Cli.run("info", folder.resolve("adapter"), "--json").summary();
    assertEquals("adapter", info.at("kind").asString());
    assertEquals(4, info.at("rank").asInt());
    assertEquals("q_proj, v_proj", info.at("targets").asString());
    Cli.run("generate", "-m", folder.resolve("adapter"), "-p", "Hi", "--max-new-tokens", 2, "--json")
        .summary();
  }

  @Test
  void aResumedRunEndsWithTheSameBits() throws IOException {
    var settings = new Object[] {"--max-steps", 4, "--save-steps", 2, "--lora-dropout", 0.1};
    train("whole", settings).summary();
    var half = folder.resolve("half");
    Files.createDirectories(half);
    copyFolder(folder.resolve("whole/checkpoint-2"), half.resolve("checkpoint-2"));
    var resumed = train("half", "--resume", "--max-steps", 4, "--save-steps", 2, "--lora-dropout", 0.1);
    assertEquals(2, resumed.named("resume").getFirst().at("step").asInt());
    assertEquals(2, resumed.named("step").size());
    assertEquals(-1, Files.mismatch(folder.resolve("whole/adapter_model.safetensors"),
        half.resolve("adapter_model.safetensors")));

    var changed = train("half", "--resume", "--max-steps", 4, "--save-steps", 2, "--lora-dropout", 0.2);
    assertTrue(changed.refusal().contains("differs in adapter"), changed.refusal());
  }

  @Test
  void aFinishedRunHasNothingToResume() throws IOException {
    train("finished", "--max-steps", 4, "--save-steps", 3).summary();
    var adapter = Files.readAllBytes(folder.resolve("finished/adapter_model.safetensors"));
    var again = train("finished", "--max-steps", 4, "--save-steps", 3, "--resume");
    again.summary();
    assertEquals(4, again.named("resume").getFirst().at("step").asInt());
    assertEquals(0, again.named("step").size());
    assertArrayEquals(adapter, Files.readAllBytes(folder.resolve("finished/adapter_model.safetensors")));
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void fullTrainingWritesAModelOfTheTypeThatItWasOrThatIsAskedFor() {
    assertEquals("BF16", typeWritten("full", "--full", "--max-steps", 1));
    assertEquals("F16", typeWritten("half-precise", "--full", "--max-steps", 1, "--dtype", "f16"));
    Cli.ok("convert", tiny.folder(), folder.resolve("precise"), "--dtype", "f32");
    assertEquals("F32", typeWritten("stays", "-m", folder.resolve("precise"), "--full", "--max-steps", 1));
  }

  private static String typeWritten(String out, Object... more) {
    var args = new ArrayList<Object>(List.of("train", "-d", tiny.rows(), "-o", folder.resolve(out),
        "--json"));
    if (!List.of(more).contains("-m")) {
      args.addAll(List.of("-m", tiny.folder()));
    }
    args.addAll(List.of(more));
    var summary = Cli.run(args.toArray()).summary();
    var info = Cli.run("info", summary.at("output").asString(), "--json").summary();
    assertEquals("model", info.at("kind").asString());
    var types = info.at("bytesByType").value().toString();
    assertTrue(types.contains("\"" + summary.at("dtype").asString() + "\""), types);
    return summary.at("dtype").asString();
  }

  @Test
  void pretrainingSaysWhichTextsItCutAndLeftOut() throws IOException {
    var texts = Files.writeString(folder.resolve("uneven.jsonl"),
        "{\"text\": \"\"}\n{\"text\": \"a\"}\n{\"text\": \"" + "Ada is a knight. ".repeat(200) + "\"}\n");
    var call = Cli.run("pretrain", "-c", folder.resolve("tiny.json"), "-t", tiny.folder(), "-d", texts, "-o",
        folder.resolve("uneven"), "--batch-size", 1, "--max-steps", 2, "--no-shuffle", "--json");
    call.summary();
    var data = call.named("data").getFirst();
    assertEquals("[1,2]", data.at("droppedLines").value().toString());
    assertEquals(1, data.at("truncated").asInt());
    assertEquals(256, data.at("tokens").asInt(), "as many as the model has positions");
    assertEquals(255, data.at("trainedTokens").asInt());
  }

  @Test
  void peopleReadLines() {
    var out = Cli.ok("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", folder.resolve("people"),
        "--max-steps", 2,
        "--batch-size", 4).out();
    var lines = out.lines().toList();
    assertTrue(lines.get(0).matches("linnet: vector, .* threads? · model: llama, [\\d,]+ parameters, BF16"),
        out);
    assertTrue(lines.get(1).matches("data: .*rows.jsonl: 24 rows, [\\d,]+ tokens, [\\d,]+ of them trained"
        + "(; encoded before)?"), out);
    assertTrue(lines.get(2).startsWith("plan: 2 steps, "), out);
    assertTrue(lines.get(3).startsWith("step 1/2  loss "), out);
    assertEquals("adapter: " + folder.resolve("people"), lines.get(5));
  }

  @Test
  void aLongRunHasALineForFewSteps() {
    var out = Cli.ok("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o", folder.resolve("long"), "--max-steps", 60,
        "--batch-size", 1).out();
    var steps = out.lines().filter(line -> line.startsWith("step ")).toList();
    assertTrue(steps.size() >= 11 && steps.size() < 30, out);
    assertTrue(steps.get(9).startsWith("step 10/60 ") && steps.getLast().startsWith("step 60/60 "), out);
  }

  @Test
  void aWarmUpThatNeverEndsIsTold() {
    var never = train("cold", "--max-steps", 2, "--warmup-steps", 2);
    var notice = never.named("notice").getFirst().at("text").asString();
    assertTrue(notice.startsWith("--warmup-steps 2 is no less than the 2 steps of this run"), notice);
    assertEquals(List.of(), train("warm", "--max-steps", 3, "--warmup-steps", 2).named("notice"));
  }

  @Test
  void theDemoMeasuresBeforeAndAfter() throws IOException {
    var home = folder.resolve("home");
    Files.createDirectories(home.resolve("examples/models"));
    copyFolder(tiny.folder(), home.resolve("examples/models/linnet-tiny"));
    System.setProperty("linnet.home", home.toString());
    try {
      var call = Cli.run("demo", "-o", folder.resolve("demo"), "--steps", 2, "--puzzles", 3, "--json");
      var summary = call.summary();
      assertEquals(2, call.named("step").size());
      for (var name : List.of("accuracyBefore", "accuracyAfter")) {
        double accuracy = summary.at(name).asDouble();
        assertTrue(accuracy >= 0 && accuracy <= 1, name);
      }
      assertEquals(3, summary.at("puzzles").asInt());
      assertTrue(Files.size(folder.resolve("demo/loss.png")) > 1000);
      assertTrue(Files.exists(folder.resolve("demo/adapter_model.safetensors")));
    } finally {
      System.clearProperty("linnet.home");
    }
  }
}
