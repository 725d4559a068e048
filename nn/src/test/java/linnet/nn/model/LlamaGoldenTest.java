package linnet.nn.model;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.TestBackend;
import linnet.nn.generate.Generation;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tiny Llama of transformers, its logits, loss, gradients and greedy tokens. */
class LlamaGoldenTest {
  private static final JsonCursor CASES = Golden.json("models/llama/cases.json");
  private static final Golden.Rows ROWS = Golden.Rows.of(CASES);

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void logitsOfPackedRows(TestBackend test) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype());
        var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
      var logits = loaded.model().logits(tape, loaded.model().hidden(tape, ROWS.batch())).value();
      int token = 0;
      for (int r = 0; r < ROWS.rows().size(); r++) {
        for (int t = 0; t < ROWS.rows().get(r).length; t++, token++) {
          assertClose("logits of row " + r + ", token " + t, Golden.doubles(CASES.at("logits").at(r).at(t)),
              logits.select(0, token).toDoubles(), test.toleranceOfStored(1e-7));
        }
      }
      assertEquals(logits.size(0), token);
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void lossAndTheGradientOfEveryParameter(TestBackend test) {
    try (var backend = test.open(); var training = backend.scope("training");
        var grads = SafetensorsFile.open(Golden.path("models/llama/grads.safetensors"))) {
      CausalLm model;
      try (var weights = backend.scope("weights");
          var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype())) {
        model = Models.trainable(loaded.model(), training);
      }
      try (var step = backend.scope("step"); var tape = Tape.recording(step)) {
        var loss = SupervisedLoss.of(tape, model, ROWS, 1.0 / CASES.at("num_targets").asInt());
        assertClose("loss", CASES.at("loss").asDouble(), loss.value().item(), test.tolerance());
        tape.backward(loss);
      }
      var params = Modules.trainable(model);
      assertEquals(grads.specs().keySet(), Modules.parameters(model).keySet());
      for (var param : params) {
        var grad = param.grad().toDoubles();
        assertClose("gradient of " + param.name(), Golden.values(grads.get(param.name())), grad,
            test.toleranceOfStored(1e-7));
        double norm = Math.sqrt(Arrays.stream(grad).map(g -> g * g).sum());
        assertClose("norm of the gradient of " + param.name(),
            CASES.at("grad_norms").at(param.name()).asDouble(), norm, test.tolerance());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void logProbabilitiesOfTheTargets(TestBackend test) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype());
        var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
      var model = loaded.model();
      var at = Variable.constant(step.ints(ROWS.predictors()));
      var hidden = tape.gatherRows(model.hidden(tape, ROWS.batch()), at);
      var logProbs = model.outputHead().logProbs(tape, hidden, Variable.constant(step.ints(ROWS.targets())));
      var expected = CASES.at("target_logprobs").elements().stream()
          .flatMapToDouble(row -> Arrays.stream(Golden.doubles(row))).filter(p -> !Double.isNaN(p)).toArray();
      assertClose("log-probabilities", expected, logProbs.value().toDoubles(), test.toleranceOfStored(1e-7));
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void greedyTokens(TestBackend test) {
    var greedy = CASES.at("greedy");
    int[] expected = Golden.ints(greedy.at("new_ids"));
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype())) {
      var generated = Generator.generate(loaded.model(), Golden.ints(greedy.at("prompt_ids")),
          SamplingConfig.greedy(expected.length, Set.of()), id -> { });
      assertArrayEquals(expected, generated.ids());
      assertEquals(Generation.Finish.LENGTH, generated.finish());
    }
  }
}
