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
import java.util.Set;
import java.util.TreeSet;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code linnet train} with every kind of adapter, {@code merge} and {@code unmerge}. */
class AdapterCommandsTest {
  @TempDir
  private static Path folder;
  private static TinyModel tiny;

  @BeforeAll
  static void makeModel() throws IOException {
    tiny = TinyModel.in(folder);
  }

  private static Cli.Call train(String out, String options) {
    var args = new ArrayList<Object>(List.of("train", "-m", tiny.folder(), "-d", tiny.rows(), "-o",
        folder.resolve(out), "--batch-size", 4, "--max-steps", 4, "--save-steps", 2, "--lr", 0.01, "--json"));
    args.addAll(List.of(options.split(" ")));
    return Cli.run(args.toArray());
  }

  private static JsonCursor config(String run) {
    return JsonCursor.read(folder.resolve(run).resolve("adapter_config.json"));
  }

  private static Set<String> keys(Path file) {
    try (var stored = SafetensorsFile.open(file)) {
      return new TreeSet<>(stored.specs().keySet());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "--dora --dropout 0.1 --target-modules q_proj,embed_tokens,lm_head",
      "--init pissa --rslora --rank 3",
      "--modules-to-save lm_head,norm --target-modules .*\\.(q|v)_proj --keep-tied",
      "--init none --layers 1 --exclude-modules o_proj --rank-pattern [kv]_proj=2 --alpha-pattern q_proj=3"})
  void aRunOfAnyKindIsPlannedAndResumesToTheSameBits(String options) throws IOException {
    int number = options.hashCode();
    var whole = train("whole" + number, options);
    assertTrue(whole.named("plan").getFirst().at("expectedPeakBytes").asDouble()
        > whole.summary().at("tensorBytes").asDouble());
    var half = Files.createDirectories(folder.resolve("half" + number));
    try (var files = Files.list(folder.resolve("whole" + number + "/checkpoint-2"))) {
      var checkpoint = Files.createDirectories(half.resolve("checkpoint-2"));
      for (var file : files.toList()) {
        Files.copy(file, checkpoint.resolve(file.getFileName()));
      }
    }
    var resumed = train("half" + number, options + " --resume");
    assertEquals(2, resumed.named("step").size(), resumed.err());
    assertEquals(-1, Files.mismatch(folder.resolve("whole" + number + "/adapter_model.safetensors"),
        half.resolve("adapter_model.safetensors")));
    Cli.run("generate", "-m", half, "-p", "Hi", "--max-new-tokens", 2, "--json").summary();
  }

  @Test
  void optionsAreWhatTheConfigurationSays() {
    train("options", "--dora --rslora --init gaussian --rank 3 --alpha 6 --layers 0-1"
        + " --exclude-modules k_proj --modules-to-save norm --rank-pattern q_proj=2"
        + " --alpha-pattern up_proj=1.5").summary();
    var config = config("options");
    assertEquals(3, config.at("r").asInt());
    assertTrue(config.at("use_dora").asBoolean() && config.at("use_rslora").asBoolean());
    assertEquals("gaussian", config.at("init_lora_weights").asString());
    assertEquals(Json.parse("[0, 1]", "test"), config.at("layers_to_transform").value());
    assertEquals(Json.parse("[\"k_proj\"]", "test"), config.at("exclude_modules").value());
    assertEquals(Json.parse("[\"norm\"]", "test"), config.at("modules_to_save").value());
    assertEquals(2, config.at("rank_pattern").at("q_proj").asInt());
    assertEquals(1.5, config.at("alpha_pattern").at("up_proj").asDouble());
    var keys = keys(folder.resolve("options/adapter_model.safetensors"));
    assertTrue(keys.contains("base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector"));
    assertTrue(keys.contains("base_model.model.model.layers.0.input_layernorm.weight"));
    assertFalse(keys.stream().anyMatch(key -> key.contains("k_proj")));
  }

  @Test
  void chosenModulesTrainAndNothingElseDoes() throws IOException {
    train("chosen", "--full --train-modules layers.1.mlp,norm").summary();
    try (var before = SafetensorsFile.open(tiny.folder().resolve("model.safetensors"));
        var after = SafetensorsFile.open(folder.resolve("chosen/model.safetensors"))) {
      assertEquals(before.specs().keySet(), after.specs().keySet());
      for (var key : before.specs().keySet()) {
        boolean chosen = key.contains("layers.1.mlp.") || key.equals("model.norm.weight");
        assertEquals(chosen, before.get(key).bytes().mismatch(after.get(key).bytes()) >= 0, key);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--target-modules q_proj,up_proj | false",
      "--dora --target-modules all-linear | false",
      "--init pissa --rank 4 | false",
      "--target-modules embed_tokens,v_proj | true",
      "--target-modules lm_head --dora | true",
      "--target-modules lm_head --keep-tied | false",
      "--target-modules q_proj --modules-to-save lm_head | true"})
  void whatIsMergedComputesWhatTheAdapterDid(String options, boolean untied) {
    var name = "merge" + options.hashCode();
    train(name, options).summary();
    var out = folder.resolve(name + "-merged");
    var summary = Cli.run("merge", folder.resolve(name), out, "--dtype", "f32", "--json").summary();
    assertEquals(untied, summary.at("untied").asBoolean());
    assertTrue(summary.at("largestLogitGap").asDouble() < 1e-5 * summary.at("largestLogit").asDouble(),
        summary.value().toString());
    var before = generate(folder.resolve(name));
    assertArrayEquals(before, generate(out));
    assertEquals(untied, keys(out.resolve("model.safetensors")).contains("lm_head.weight"));
  }

  private static Object[] generate(Path model) {
    return Cli.run("generate", "-m", model, "-p", "The island", "--max-new-tokens", 12, "--json").summary()
        .at("ids").elements().stream().map(JsonCursor::asInt).toArray();
  }

  @Test
  void aMergeIsTakenBack() {
    train("once", "--target-modules q_proj,embed_tokens,lm_head,down_proj").summary();
    var merged = folder.resolve("once-merged");
    Cli.run("merge", folder.resolve("once"), merged, "--dtype", "f32", "--json").summary();
    var summary = Cli.run("unmerge", merged, folder.resolve("once"), folder.resolve("once-unmerged"),
        "--dtype", "f32", "--json").summary();
    assertTrue(summary.at("largestLogitGap").asDouble() < 1e-5 * summary.at("largestLogit").asDouble(),
        summary.value().toString());
    var alone = Cli.ok("unmerge", merged, folder.resolve("once"), folder.resolve("bf16"), "--dtype", "bf16",
        "--base", tiny.folder());
    assertTrue(alone.out().contains("largest difference to the logits of"), alone.out());
  }

  @Test
  void whatWasNeverMergedIsNotTakenOut() throws IOException {
    train("one", "--target-modules q_proj").summary();
    train("two", "--target-modules v_proj").summary();
    var merged = folder.resolve("one-merged");
    var both = folder.resolve("both-merged");
    var left = folder.resolve("left");
    assertRefused(Cli.run("unmerge", tiny.folder(), folder.resolve("one"), left),
        "MODEL: found nothing in the weights");
    Cli.ok("merge", folder.resolve("one"), merged, "--dtype", "f32");
    assertRefused(Cli.run("unmerge", merged, folder.resolve("two"), left), "into which was merged one, expected");
    Cli.ok("merge", folder.resolve("two"), both, "--base", merged, "--dtype", "f32", "--max-shard-size", 1);
    assertEquals(List.of("one", "two"), mergedInto(both));
    Cli.ok("unmerge", both, folder.resolve("one"), left, "--dtype", "f32");
    assertEquals(List.of("two"), mergedInto(left));
    assertRefused(Cli.run("unmerge", left, folder.resolve("one"), folder.resolve("never")), "--force");

    var alpha = folder.resolve("one/adapter_config.json");
    Files.writeString(alpha, Files.readString(alpha).replace("\"lora_alpha\": 16", "\"lora_alpha\": 8"));
    assertRefused(Cli.run("unmerge", merged, folder.resolve("one"), folder.resolve("never")), "into which was merged one");
    assertFalse(Files.exists(folder.resolve("never")));
    assertTrue(Cli.ok("unmerge", merged, folder.resolve("one"), folder.resolve("never"), "--force").out()
        .contains("notice: nothing says that"));
  }

  @Test
  void aMergeIsTakenBackAfterConversionButNotAfterFullTraining() {
    train("gone", "--target-modules q_proj").summary();
    var merged = folder.resolve("gone-merged");
    var gguf = folder.resolve("gone-merged.gguf");
    var trained = folder.resolve("gone-trained");
    var left = folder.resolve("gone-left");
    Cli.ok("merge", folder.resolve("gone"), merged, "--dtype", "f32");
    Cli.ok("convert", merged, gguf, "--dtype", "f32");
    var summary = Cli.run("unmerge", gguf, folder.resolve("gone"), left, "--dtype", "f32", "--json").summary();
    assertTrue(summary.at("largestLogitGap").asDouble() < 1e-5 * summary.at("largestLogit").asDouble(),
        summary.value().toString());
    assertEquals(List.of(), mergedInto(left));

    var run = Cli.ok("train", "-m", gguf, "-d", tiny.rows(), "-o", trained, "--full", "--max-steps", 1);
    assertTrue(run.out().contains("notice: the model has gone merged into it, which unmerge cannot take out"), run.out());
    assertTrue(Cli.ok("info", trained).out().contains("merged into it: gone (trained in full since)"));
    assertRefused(Cli.run("unmerge", trained, folder.resolve("gone"), folder.resolve("no")),
        "which was trained in full after gone was merged into it");
    assertFalse(Files.exists(folder.resolve("no")));
    Cli.ok("merge", folder.resolve("gone"), folder.resolve("gone-again"), "--base", trained, "--dtype", "f32");
    Cli.ok("unmerge", folder.resolve("gone-again"), folder.resolve("gone"), folder.resolve("gone-still"));
    assertTrue(Cli.ok("unmerge", folder.resolve("gone-still"), folder.resolve("gone"), folder.resolve("gone-forced"),
        "--force").out().contains("is no model that there ever was"));
    assertEquals(List.of(), mergedInto(folder.resolve("gone-forced")));
  }

  private static List<String> mergedInto(Path model) {
    return Cli.run("info", model, "--json").summary().at("mergedAdapters").elements().stream()
        .map(JsonCursor::asString).toList();
  }

  @Test
  void infoTellsAllThatAnAdapterIs() {
    train("told", "--dora --rslora --layers 0-1 --target-modules q_proj,v_proj --exclude-modules o_proj --rank-pattern"
        + " q_proj=2").summary();
    var out = Cli.ok("info", folder.resolve("told")).out();
    assertTrue(out.contains("DoRA scaled by the root of the rank, rank 8") && out.contains("of layers 0-1")
        && out.contains("not on: o_proj") && out.contains("another rank: 2 on q_proj"), out);
    assertEquals(Json.parse("[0, 1]", "test"),
        Cli.run("info", folder.resolve("told"), "--json").summary().at("layers").value());
  }

  @Test
  void aMergeIntoAChosenBaseIsOfThatBase() throws IOException {
    train("chosen-base", "--target-modules q_proj").summary();
    var other = folder.resolve("other");
    Cli.ok("convert", tiny.folder(), other, "--dtype", "f16");
    Cli.run("merge", folder.resolve("chosen-base"), folder.resolve("f16"), "--base", other, "--json")
        .summary();
    try (var stored = SafetensorsFile.open(folder.resolve("f16/model.safetensors"))) {
      assertTrue(stored.specs().values().stream().allMatch(spec -> spec.dtype() == DType.F16));
    }
    assertEquals("float16", JsonCursor.read(folder.resolve("f16/config.json")).at("dtype").asString());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--target-modules nothing | nothing | embed_tokens",
      "--target-modules .*mlp.* | model.layers.0.mlp | can carry no adapter",
      "--target-modules ( | --target-modules | Unclosed group",
      "--exclude-modules nowhere | --exclude-modules | nowhere",
      "--modules-to-save nowhere | --modules-to-save | nowhere",
      "--layers 7 --target-modules q_proj | --layers: found 7, | expected some of 0 to 1",
      "--layers 1,7 --target-modules q_proj | --layers: found 7, | expected some of 0 to 1",
      "--layers 3-1 | --layers | 3-1",
      "--layers x | --layers | such as 0,4-7",
      "--layers-pattern h | --layers-pattern | without --layers",
      "--layers 1 --layers-pattern blocks | --layers-pattern | blocks",
      "--target-modules q_proj --exclude-modules .*q.* | --exclude-modules: found .*q.* | q_proj",
      "--target-modules q_prj | --target-modules: found q_prj, | q_proj",
      "--layers 0 --target-modules .*q_proj | --layers: found [0] | a regular expression",
      "--rank-pattern q_proj=0 | --rank-pattern q_proj | at least 1",
      "--rank-pattern nowhere=2 | --rank-pattern: found | nowhere",
      "--alpha-pattern q_proj=-1 | --alpha-pattern q_proj | above 0",
      "--init pissa --target-modules lm_head | --init: found pissa | lm_head",
      "--init pissa --rank 17 | --init: found pissa | at most 16",
      "--init magic | --init | pissa",
      "--full --dora | --dora | together with --full",
      "--train-modules norm | --train-modules | without --full",
      "--full --train-modules nowhere | --train-modules: found | nowhere",
      "--modules-to-save mlp,gate_proj --target-modules q_proj | --modules-to-save: found | mlp"})
  void whatMakesNoSenseIsRefused(String options, String name, String value) {
    var call = train("refused", options);
    var refusal = call.refusal();
    assertTrue(refusal.contains(name) && refusal.contains(value), refusal);
    assertFalse(Files.exists(folder.resolve("refused")));
  }

  @Test
  void whatCannotBeMergedOrTakenBackIsRefused() {
    train("dora", "--dora --target-modules q_proj").summary();
    var merged = folder.resolve("dora-merged");
    Cli.ok("merge", folder.resolve("dora"), merged);
    assertRefused(Cli.run("unmerge", merged, folder.resolve("dora"), folder.resolve("no")), "use_dora");
    assertRefused(Cli.run("merge", folder.resolve("dora"), merged), "exists already");
    assertRefused(Cli.run("merge", tiny.folder(), folder.resolve("no")), "adapter_config.json");
    assertRefused(Cli.run("merge", folder.resolve("dora"), folder.resolve("no"), "--base", "nowhere"),
        "--base");
    assertFalse(Files.exists(folder.resolve("no")));
  }

  private static void assertRefused(Cli.Call call, String part) {
    assertEquals(ExitCode.BAD_INPUT, call.exitCode(), call.err());
    assertTrue(call.err().contains(part), call.err());
  }
}
