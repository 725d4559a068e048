package linnet.nn.lora;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import linnet.nn.Fuzz;
import linnet.nn.Golden;
import linnet.nn.TestBackend;
import linnet.nn.convert.AdapterConverter;
import linnet.nn.json.Json;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged adapters load, or fail with the documented errors and nothing else. */
class AdapterFuzzTest {
  private static final List<String> ADAPTERS = List.of("dora", "embedding-dora", "gpt2-saved", "layers",
      "patterns", "pissa", "regex", "saved", "tied-kept", "tied-saved-head");
  private static final List<Json> NUMBERS = json("0", "-1", "1", "2", "3", "64", "0.5", "1e9", "2147483647",
      "4294967296", "9223372036854775807", "1e400", "-0.0", "1e-320", "1e308");
  private static final List<Json> NAMES = json("\"\"", "\".\"", "\"x\"", "\"q_proj\"", "\"lm_head\"",
      "\"embed_tokens\"", "\"layers\"", "\"all-linear\"", "\"pissa\"", "\"pissa_niter_4\"", "\"gaussian\"",
      "\"all\"", "\"LORA\"", "\"F16\"", "\"I64\"", "\"U8\"", "\"\\u0000\"", "\"\\ud800\"", "true", "false",
      "null", "[]", "{}", "[[]]", "[1]", "[0, 1]", "[\"up_proj\", \"layers.0\"]", "{\"x\": 1}");
  private static final List<Json> EXPRESSIONS = json("\".*\"", "\".*_proj\"", "\"(\"", "\"[\"", "\"(a|b)*\"",
      "\"(a|.)*\"", "\"(?x) .* #\"", "\"(?:){2147483647}\"", "\"(a?){9999999}\"", "\"((?:){99999}){99999}\"",
      "\"(.*)*\\\\1z\"", "\"((.?){1,2000}){1,2000}\"", "\"(?<=(a|b){1,200})c\"", "\"(?P<a>x)|(?P=a)\"",
      "\"(?P<a>x)(?P<a>y)\"", "\"(?P<>x)\"", "\"x{,}\"", "\"x{99999999999}\"", "\"x{3,2}\"", "\"|\"",
      "\"(?=){2147483647}\"", "\"\\\\Qx\"", "\"[[:alpha:]&&a]\"", "\"(?i)Q_PROJ\"", "\"$^\"");

  @TempDir
  Path folder;

  private final Map<String, LoadedModel> bases = new HashMap<>();
  private final List<Sound> sound = new ArrayList<>();
  private Backend backend;
  private Scope weights;

  /** An adapter as PEFT wrote it, a folder for its damaged files, and its base model. */
  private record Sound(Path folder, Json.Obj config, byte[] weights, LoadedModel base) {}

  private static List<Json> json(String... texts) {
    return List.of(texts).stream().map(text -> Json.parse(text, "test")).toList();
  }

  @BeforeEach
  void open() throws Exception {
    backend = TestBackend.VECTOR.open();
    weights = backend.scope("weights");
    for (var name : ADAPTERS) {
      var family = Golden.json("adapters/" + name + "/cases.json").at("base").asString();
      var base = bases.computeIfAbsent(family,
          key -> Models.load(Golden.path("families/" + key), weights, TestBackend.VECTOR.dtype()));
      var whole = Golden.path("adapters/" + name + "/adapter");
      var config = Json.parse(Fuzz.bytes(whole.resolve(AdapterFiles.CONFIG)), "test");
      sound.add(new Sound(Files.createDirectory(folder.resolve(name)), (Json.Obj) config,
          Fuzz.bytes(whole.resolve(AdapterFiles.WEIGHTS)), base));
    }
  }

  @AfterEach
  void close() {
    weights.close();
    bases.values().forEach(LoadedModel::close);
    backend.close();
  }

  @Test
  void configs() {
    for (var one : sound) {
      Fuzz.write(one.folder().resolve(AdapterFiles.WEIGHTS), one.weights());
    }
    var values = new ArrayList<>(NUMBERS);
    values.addAll(NAMES);
    values.addAll(EXPRESSIONS);
    int loaded = 0;
    for (int seed = 0; seed < Fuzz.COUNT; seed++) {
      var random = new Random(seed);
      var one = sound.get(random.nextInt(sound.size()));
      Json config = one.config();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        config = Fuzz.mutated(config, values, random);
      }
      byte[] text = bytes(config);
      boolean bytes = random.nextInt(8) == 0;
      Fuzz.write(one.folder().resolve(AdapterFiles.CONFIG), bytes ? Fuzz.damaged(text, random) : text);
      loaded += opensOrExplains(one, seed);
    }
    requireBothOutcomes(loaded);
  }

  @Test
  void weights() {
    for (var one : sound) {
      Fuzz.write(one.folder().resolve(AdapterFiles.CONFIG), bytes(one.config()));
    }
    int loaded = 0;
    var values = new ArrayList<>(NUMBERS);
    values.addAll(NAMES);
    for (int seed = 0; seed < Fuzz.COUNT; seed++) {
      var random = new Random(seed);
      var one = sound.get(random.nextInt(sound.size()));
      byte[] file = switch (random.nextInt(4)) {
        case 0 -> Fuzz.damaged(one.weights(), random);
        case 1 -> Fuzz.damagedHeader(one.weights(), random);
        default -> Fuzz.withHeader(one.weights(),
            bytes(Fuzz.mutated(Json.parse(Fuzz.header(one.weights()), "test"), values, random)));
      };
      Fuzz.write(one.folder().resolve(AdapterFiles.WEIGHTS), file);
      loaded += opensOrExplains(one, seed);
      Fuzz.opensOrExplains(one.folder().getFileName() + " to GGUF", seed, () ->
          new AdapterConverter(one.folder(), one.base().source(), DType.F16).toGguf(folder.resolve("gguf")));
    }
    requireBothOutcomes(loaded);
  }

  private static byte[] bytes(Json json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private int opensOrExplains(Sound one, long seed) {
    var done = new int[1];
    Fuzz.opensOrExplains(one.folder().getFileName().toString(), seed, () -> {
      AdapterFiles.baseModel(one.folder());
      TrainedOn.quantization(one.folder());
      try (var training = backend.scope("training")) {
        AdapterFiles.load(one.folder(), one.base().model(), training);
      }
      done[0] = 1;
    });
    return done[0];
  }

  /** Files that always load, or never, would show nothing. */
  private static void requireBothOutcomes(int loaded) {
    assertTrue(loaded > Fuzz.COUNT / 50 && loaded < Fuzz.COUNT, loaded + " of " + Fuzz.COUNT + " loaded");
  }
}
