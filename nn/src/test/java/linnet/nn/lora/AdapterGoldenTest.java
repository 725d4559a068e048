package linnet.nn.lora;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import linnet.autograd.Tape;
import linnet.nn.Golden;
import linnet.nn.LoraEmbedding;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.TestBackend;
import linnet.nn.TrainableParam;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.CausalLm;
import linnet.nn.model.Models;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.tensor.Backend;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters of every kind, as PEFT computes, trains and saves them. */
class AdapterGoldenTest {
  private static final double STORED = 1e-7;
  /** PEFT computes what PiSSA leaves of a weight in F32. */
  private static final double PISSA = 2e-6;
  /** PEFT's optimizer takes both views of a tied adapter for parameters of their own. */
  private static final String TIED = "tied-kept";

  static Stream<Arguments> cases() throws IOException {
    try (var folders = Files.list(Golden.path("adapters"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream().flatMap(name ->
          Arrays.stream(TestBackend.values()).map(test -> Arguments.of(name, test)));
    }
  }

  /** One kind on one backend. */
  private record Case(String name, TestBackend test, JsonCursor figures, Golden.Rows rows, double mean,
      Backend backend, CausalLm base, AdapterFiles.Loaded<CausalLm> loaded) {
    double tolerance() {
      return test.toleranceOfStored(loaded.config().init() == LoraInit.PISSA ? PISSA : STORED);
    }

    double backward() {
      try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
        var loss = SupervisedLoss.of(tape, loaded.model(), rows, mean);
        tape.backward(loss);
        return loss.value().item();
      }
    }
  }

  private interface Body {
    void run(Case c) throws IOException;
  }

  private static void with(String name, TestBackend test, Body body) throws IOException {
    var figures = Golden.json("adapters/" + name + "/cases.json");
    var family = "families/" + figures.at("base").asString();
    var given = Golden.json(family + "/cases.json");
    try (var backend = test.open(); var weights = backend.scope("weights");
        var base = Models.load(Golden.path(family), weights, test.dtype());
        var training = backend.scope("training")) {
      var loaded = AdapterFiles.load(Golden.path("adapters/" + name + "/adapter"), base.model(), training);
      body.run(new Case(name, test, figures, Golden.Rows.of(given), 1.0 / given.at("num_targets").asInt(),
          backend, base.model(), loaded));
    }
  }

  /** The key in PEFT's files, and the values in their order there. */
  private static double[] asStored(CausalLm model, String name, Tensor values) {
    boolean table = Modules.find(model, LoraEmbedding.class).values().stream().anyMatch(lora ->
        lora.loraA().name().equals(name) || lora.loraB().name().equals(name));
    return (table ? values.transpose() : values).toDoubles();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logitsLossAndGradients(String name, TestBackend test) throws IOException {
    with(name, test, c -> {
      try (var step = c.backend().scope("step"); var tape = Tape.noGrad(step)) {
        var batch = c.rows().batch();
        var logits = c.loaded().model().logits(tape, c.loaded().model().hidden(tape, batch)).value();
        for (int r = 0; r < c.rows().rows().size(); r++) {
          int end = batch.rows().queryStart(r + 1);
          for (int t = 0; t < 3; t++) {
            assertClose("row " + r + ", token " + t, Golden.doubles(c.figures().at("logits").at(r).at(t)),
                logits.select(0, end - 3 + t).toDoubles(), c.tolerance());
          }
        }
      }
      assertClose("loss", c.figures().at("loss").asDouble(), c.backward(), c.tolerance());
      try (var stored = SafetensorsFile.open(Golden.path("adapters/" + name + "/figures.safetensors"))) {
        for (var param : Modules.trainable(c.loaded().model())) {
          double[] expected = Golden.values(stored.get("grad." + AdapterKeys.of(param.name())));
          if (name.equals(TIED) && param.name().contains("embedding")) {
            addTied(stored, param, expected);
          }
          assertClose(param.name(), expected, asStored(c.loaded().model(), param.name(), param.grad()),
              c.tolerance());
        }
      }
    });
  }

  /** The gradient that came through the head, where A and B have changed places. */
  private static void addTied(SafetensorsFile stored, TrainableParam param, double[] to) {
    var tensor = stored.get("grad." + AdapterKeys.of(param.name().contains("_A")
        ? "lm_head.lora_B.weight" : "lm_head.lora_A.weight"));
    double[] other = Golden.values(tensor);
    int columns = tensor.shape().size(1);
    int rows = tensor.shape().size(0);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        to[j * rows + i] += other[i * columns + j];
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fiveStepsOfAdamW(String name, TestBackend test) throws IOException {
    if (name.equals(TIED)) {
      return;
    }
    with(name, test, c -> {
      try (var training = c.backend().scope("optimizer");
          var stored = SafetensorsFile.open(Golden.path("adapters/" + name + "/figures.safetensors"))) {
        var adam = new AdamW(AdamWConfig.withDecay(0.01), c.loaded().model(), DecayRule.ALL, training);
        for (var expected : c.figures().at("step_losses").elements()) {
          adam.clearGradients();
          assertClose("loss", expected.asDouble(), c.backward(), c.tolerance());
          adam.step(1e-2, 1);
        }
        assertClose("loss after", c.figures().at("loss_after").asDouble(), c.backward(), c.tolerance());
        for (var param : adam.params()) {
          assertClose(param.name(), Golden.values(stored.get("after." + AdapterKeys.of(param.name()))),
              asStored(c.loaded().model(), param.name(), param.value()), c.tolerance());
        }
      }
    });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsSavedIsWhatPeftSaved(String name, TestBackend test, @TempDir Path copy) throws IOException {
    with(name, test, c -> {
      AdapterFiles.write(copy, c.loaded().model(), c.loaded().config(), BaseModel.at("base"));
      var folder = Golden.path("adapters/" + name + "/adapter");
      try (var theirs = SafetensorsFile.open(folder.resolve(AdapterFiles.WEIGHTS));
          var ours = SafetensorsFile.open(copy.resolve(AdapterFiles.WEIGHTS))) {
        assertEquals(Set.copyOf(theirs.specs().values()), Set.copyOf(ours.specs().values()));
        for (var key : theirs.specs().keySet()) {
          assertArrayEquals(Golden.values(theirs.get(key)), Golden.values(ours.get(key)), key);
        }
      }
      var theirs = JsonCursor.read(folder.resolve(AdapterFiles.CONFIG)).asObject().members();
      var ours = JsonCursor.read(copy.resolve(AdapterFiles.CONFIG)).asObject().members();
      ours.forEach((field, value) -> {
        assertTrue(theirs.containsKey(field), field);
        if (!Set.of("base_model_name_or_path", "target_modules").contains(field)) {
          assertEquals(sameMeaning(theirs.get(field)), sameMeaning(value), field);
        }
      });
      try (var training = c.backend().scope("again")) {
        var again = AdapterFiles.load(copy, c.base(), training);
        assertEquals(c.loaded().config(), again.config());
        assertEquals(0, Lora.largestLogitGap(c.loaded().model(), again.model(), c.rows().batch()));
      }
    });
  }

  /** PEFT writes a single name or number as it was given. */
  private static Json sameMeaning(Json value) {
    return value instanceof Json.Num && !(value.toString().contains(".")) ? Json.of(List.of(value))
        : value instanceof Json.Str text && text.value().equals("layers") ? Json.strings(List.of("layers"))
        : value;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void mergedItComputesTheSame(String name, TestBackend test) throws IOException {
    with(name, test, c -> {
      try (var scope = c.backend().scope("merged")) {
        var merged = Lora.merge(c.loaded().model(), scope);
        assertTrue(Lora.largestLogitGap(c.loaded().model(), merged, c.rows().batch()) < 2e-5);
        assertTrue(Lora.largestLogitGap(c.base(), merged, c.rows().batch()) > 0.01);
      }
    });
  }
}
