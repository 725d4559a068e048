package linnet.nn.model;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.TestBackend;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.BaseModel;
import linnet.nn.lora.Lora;
import linnet.nn.optim.DecayRule;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A tiny random model of each family, as transformers and PEFT compute it. */
class FamilyGoldenTest {
  private static final double STORED = 1e-7;

  /** Every folder of golden figures. */
  static Stream<String> names() throws IOException {
    try (var folders = Files.list(Golden.path("families"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
    }
  }

  /** Every folder of golden figures, on every backend. */
  static Stream<Arguments> cases() throws IOException {
    return names().flatMap(name ->
        Arrays.stream(TestBackend.values()).map(test -> Arguments.of(name, test)));
  }

  private static Path folder(String name) {
    return Golden.path("families/" + name);
  }

  private static JsonCursor figures(String name) {
    return Golden.json("families/" + name + "/cases.json");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void logitsLogProbabilitiesAndTokens(String name, TestBackend test) {
    var figures = figures(name);
    var rows = Golden.Rows.of(figures);
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(folder(name), weights, test.dtype())) {
      var model = loaded.model();
      try (var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
        var hidden = model.hidden(tape, rows.batch());
        var logits = model.logits(tape, hidden).value();
        int token = 0;
        for (int r = 0; r < rows.rows().size(); r++) {
          for (int t = 0; t < rows.rows().get(r).length; t++, token++) {
            assertClose("logits of row " + r + ", token " + t,
                Golden.doubles(figures.at("logits").at(r).at(t)),
                logits.select(0, token).toDoubles(), test.toleranceOfStored(STORED));
          }
        }
        var predictors = tape.gatherRows(hidden, Variable.constant(step.ints(rows.predictors())));
        var targets = Variable.constant(step.ints(rows.targets()));
        var found = model.outputHead().logProbs(tape, predictors, targets);
        var expected = figures.at("target_logprobs").elements().stream()
            .flatMapToDouble(row -> Arrays.stream(Golden.doubles(row)))
            .filter(p -> !Double.isNaN(p)).toArray();
        assertClose("log-probabilities", expected, found.value().toDoubles(), test.toleranceOfStored(STORED));
      }
      var greedy = figures.at("greedy");
      int[] expected = Golden.ints(greedy.at("new_ids"));
      assertArrayEquals(expected, Generator.generate(model, Golden.ints(greedy.at("prompt_ids")),
          SamplingConfig.greedy(expected.length, Set.of()), id -> { }).ids());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void weightsDecayButNeitherNormsNorBiases(String name) {
    try (var backend = Backends.reference(); var weights = backend.scope("weights");
        var loaded = Models.load(folder(name), weights)) {
      for (var place : Modules.places(loaded.model())) {
        assertEquals(place.param().shape().rank() > 1,
            DecayRule.EXCEPT_NORMS_AND_BIASES.decays(place), place.key());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossAndTheGradientOfEveryParameter(String name, TestBackend test) {
    var figures = figures(name);
    try (var backend = test.open(); var training = backend.scope("training");
        var grads = SafetensorsFile.open(folder(name).resolve("grads.safetensors"))) {
      CausalLm model;
      try (var weights = backend.scope("weights");
          var loaded = Models.load(folder(name), weights, test.dtype())) {
        model = Models.trainable(loaded.model(), training);
      }
      try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
        var loss = SupervisedLoss.of(tape, model, Golden.Rows.of(figures),
            1.0 / figures.at("num_targets").asInt());
        assertClose("loss", figures.at("loss").asDouble(), loss.value().item(), test.tolerance());
        tape.backward(loss);
      }
      assertEquals(grads.specs().keySet(), Modules.parameters(model).keySet());
      for (var param : Modules.trainable(model)) {
        assertClose("gradient of " + param.name(), Golden.values(grads.get(param.name())),
            param.grad().toDoubles(), test.toleranceOfStored(STORED));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anAdapterOfPeft(String name, TestBackend test, @TempDir Path copy) {
    var figures = figures(name);
    var rows = Golden.Rows.of(figures);
    try (var backend = test.open(); var weights = backend.scope("weights");
        var training = backend.scope("training");
        var loaded = Models.load(folder(name), weights, test.dtype())) {
      var adapter = AdapterFiles.load(folder(name).resolve("adapter"), loaded.model(), training);
      var adapted = adapter.model();
      try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
        var hidden = adapted.hidden(tape, rows.batch());
        checkLast(figures, adapted.logits(tape, hidden), rows, test);
        int tokens = rows.batch().tokens();
        int border = rows.rows().getFirst().length;
        int[] predictors = IntStream.range(0, tokens - 1).filter(t -> t != border - 1).toArray();
        int[] targets = Arrays.stream(predictors).map(t -> rows.batch().ids()[t + 1]).toArray();
        var loss = SupervisedLoss.crossEntropy(tape, adapted, hidden, predictors, targets, 1);
        assertClose("loss", figures.at("lora_loss").asDouble(), loss.value().item(), test.tolerance());
        tape.backward(loss);
      }
      var norms = figures.at("lora_grad_norms");
      assertEquals(norms.members().size(), Lora.parameters(adapted).size());
      for (var param : Lora.parameters(adapted)) {
        double norm = Math.sqrt(Arrays.stream(param.grad().toDoubles()).map(g -> g * g).sum());
        assertClose("norm of the gradient of " + param.name(), norms.at(param.name()).asDouble(), norm,
            test.tolerance());
      }
      AdapterFiles.write(copy, adapted, adapter.config(), BaseModel.at("base"));
      var again = AdapterFiles.load(copy, loaded.model(), training).model();
      var merged = Lora.merge(adapted, training);
      try (var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
        checkLast(figures, again.logits(tape, again.hidden(tape, rows.batch())), rows, test);
        checkLast(figures, merged.logits(tape, merged.hidden(tape, rows.batch())), rows, test);
      }
    }
  }

  private static void checkLast(JsonCursor figures, Variable logits, Golden.Rows rows, TestBackend test) {
    int end = 0;
    for (int r = 0; r < rows.rows().size(); r++) {
      end += rows.rows().get(r).length;
      assertClose("logits of the last token of row " + r, Golden.doubles(figures.at("lora_logits").at(r)),
          logits.value().select(0, end - 1).toDoubles(), test.toleranceOfStored(STORED));
    }
  }

  /** A step of training is planned on a backend that computes nothing, so nothing may depend on values. */
  @ParameterizedTest
  @MethodSource("names")
  void aStepRunsOnPaper(String name) {
    try (var planner = Backends.planning(); var weights = planner.scope("weights");
        var training = planner.scope("training"); var loaded = Models.load(folder(name), weights)) {
      var adapted = AdapterFiles.load(folder(name).resolve("adapter"), loaded.model(), training).model();
      try (var step = planner.scope("step"); var tape = Tape.recording(step)) {
        tape.backward(SupervisedLoss.of(tape, adapted, Golden.Rows.of(figures(name)), 1));
      }
      assertTrue(planner.plan().peakBytes() > 0);
    }
  }

  /** A row that comes in parts, longer than the windows, has the logits that it has as a whole. */
  @ParameterizedTest
  @MethodSource("cases")
  void aRowInPartsIsTheRow(String name, TestBackend test) {
    int[] row = IntStream.range(0, 9).map(i -> 3 + i * 7 % 38).toArray();
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(folder(name), weights, test.dtype());
        var step = backend.scope("step"); var tape = Tape.noGrad(step);
        var cache = new KvCache(backend, loaded.config(), test.dtype(), row.length)) {
      var model = loaded.model();
      double[] whole = model.logits(tape, model.hidden(tape, FlatBatch.of(row))).value()
          .select(0, row.length - 1).toDoubles();
      model.hidden(tape, FlatBatch.continuing(0, Arrays.copyOf(row, 3)), cache);
      var rest = FlatBatch.continuing(3, Arrays.copyOfRange(row, 3, row.length));
      var last = model.logits(tape, model.hidden(tape, rest, cache)).value().select(0, rest.tokens() - 1);
      assertClose("logits", whole, last.toDoubles(), test.tolerance());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsSavedLoads(String name, TestBackend test, @TempDir Path copy) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(folder(name), weights)) {
      Models.save(copy, loaded.model(), loaded.source().config().asObject(), DType.F32);
      try (var again = Models.load(copy, weights)) {
        assertEquals(loaded.config(), again.config());
        var copies = Modules.parameters(again.model());
        Modules.parameters(loaded.model()).forEach((key, param) ->
            assertArrayEquals(param.value().toDoubles(), copies.get(key).value().toDoubles(), key));
        assertTrue(!copies.isEmpty());
      }
    }
  }
}
