package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.SmolLm2;
import linnet.nn.generate.Generator;
import linnet.nn.generate.SamplingConfig;
import linnet.nn.io.ModelSource;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.AdapterFiles;
import linnet.tensor.Backends;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** SmolLM2-135M-Instruct against transformers and PEFT in F32, over the same BF16 weights. */
class SmolLm2Test {
  private interface Body {
    void run(LoadedModel loaded, Scope step);
  }

  private static void with(Path path, Body body) {
    try (var backend = Backends.vector(); var weights = backend.scope("weights");
        var loaded = Models.load(path, weights); var step = backend.scope("step")) {
      body.run(loaded, step);
    }
  }

  @Test
  void keysAreThoseOfTheCheckpointAndOfTheGguf() {
    for (var path : List.of(SmolLm2.folder(), SmolLm2.gguf())) {
      try (var source = ModelSource.open(path)) {
        var declared = CausalLm.declare(ModelConfig.read(source.config()));
        assertEquals(source.tensors().specs().keySet(), Modules.parameters(declared).keySet());
      }
    }
  }

  @Test
  void logitsOfTwoHundredTokens() {
    var golden = Golden.json("smollm2/logits-200.json");
    with(SmolLm2.folder(), (loaded, step) -> assertLogits(golden, loaded.model(), step));
  }

  @Test
  void logitsWithAnAdapterOfPeft() {
    with(SmolLm2.folder(), (loaded, step) -> {
      var folder = Golden.path("smollm2/peft-adapter");
      try (var training = step.backend().scope("training")) {
        assertLogits(Golden.json("smollm2/peft-adapter/figures.json"),
            AdapterFiles.load(folder, loaded.model(), training).model(), step);
      }
    });
  }

  /** Logits at some columns, and the log-probability of each next token, within 10⁻³ (10⁻⁵ of their size). */
  private static void assertLogits(JsonCursor golden, CausalLm model, Scope step) {
    int[] ids = Golden.ints(golden.at("ids"));
    int[] columns = Golden.ints(golden.at("columns"));
    try (var tape = Tape.noGrad(step)) {
      var hidden = model.hidden(tape, FlatBatch.of(ids));
      Tensor logits = model.logits(tape, hidden).value();
      for (int t = 0; t < ids.length; t++) {
        float[] found = logits.select(0, t).toFloats();
        double[] expected = Golden.doubles(golden.at("logits").at(t));
        for (int c = 0; c < columns.length; c++) {
          assertEquals(expected[c], found[columns[c]], 1e-3, "token " + t + ", logit " + columns[c]);
        }
      }
      assertLogProbs(Golden.doubles(golden.at("logProbs")), ids, tape, model, hidden);
    }
  }

  /** Entry t is the log-probability of token t, which token t − 1 predicts. */
  private static void assertLogProbs(double[] expected, int[] ids, Tape tape, CausalLm model,
      Variable hidden) {
    var predictors = tape.slice(hidden, 0, 0, ids.length - 1);
    var targets = tape.scope().ints(Arrays.copyOfRange(ids, 1, ids.length));
    double[] found = model.outputHead().logProbs(tape, predictors, Variable.constant(targets)).value().toDoubles();
    for (int t = 1; t < ids.length; t++) {
      assertEquals(expected[t], found[t - 1], 1e-3, "token " + t);
    }
  }

  @Test
  void logProbabilitiesOfAnAnsweredQuestion() {
    with(SmolLm2.folder(), (loaded, step) -> {
      var row = Golden.json("smollm2/nll.json").at("rows").at(0);
      int[] ids = Golden.ints(row.at("ids"));
      try (var tape = Tape.noGrad(step)) {
        var hidden = loaded.model().hidden(tape, FlatBatch.of(ids));
        assertLogProbs(Golden.doubles(row.at("token_logprobs")), ids, tape, loaded.model(), hidden);
      }
    });
  }

  @Test
  void greedyAnswersTokenByToken() {
    with(SmolLm2.folder(), (loaded, step) -> {
      assertEquals(Set.of(2), loaded.eosTokenIds());
      for (var chat : Golden.json("smollm2/greedy.json").at("cases").elements()) {
        var answer = Generator.generate(loaded.model(), Golden.ints(chat.at("prompt_ids")),
            SamplingConfig.greedy(48, loaded.eosTokenIds()), id -> { });
        assertArrayEquals(Golden.ints(chat.at("new_ids")), answer.ids(), chat.at("text").asString());
      }
    });
  }

  @Test
  void theGgufBeginsTheSameAnswer() {
    with(SmolLm2.gguf(), (loaded, step) -> {
      var chat = Golden.json("smollm2/greedy.json").at("cases").at(0);
      var answer = Generator.generate(loaded.model(), Golden.ints(chat.at("prompt_ids")),
          SamplingConfig.greedy(4, loaded.eosTokenIds()), id -> { });
      assertArrayEquals(Arrays.copyOf(Golden.ints(chat.at("new_ids")), 4), answer.ids());
    });
  }
}
