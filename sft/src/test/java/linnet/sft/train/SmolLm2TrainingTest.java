package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import linnet.nn.LoraLinear;
import linnet.nn.Modules;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.LoadedModel;
import linnet.nn.model.Models;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.SmolLm2;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.EncodedRow;
import linnet.tensor.Backends;
import linnet.tensor.MemoryPlan;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import org.junit.jupiter.api.Test;

/**
 * The beginning of the LoRA run of {@code benchmarks/peers/reference/gsm8k-lora-60.json}, which PyTorch and
 * PEFT made: same rows, order, starting adapter and hyper-parameters.
 */
class SmolLm2TrainingTest {
  private static final Path REFERENCE =
      Path.of("..", "benchmarks", "peers", "reference", "gsm8k-lora-60.json");
  private static final int STEPS = 4;
  private static final double TOLERANCE = 0.005;

  /** More than the plan of the heaviest micro-batch that lighter ones may take, since their gaps differ. */
  private static final double GAPS = 1.03;

  /** The first rows of GSM8K's training set as Linnet encodes them, see the README beside them. */
  private static List<EncodedRow> rows() throws IOException {
    var rows = new ArrayList<EncodedRow>();
    try (var in = SmolLm2TrainingTest.class.getResourceAsStream("/golden/smollm2/gsm8k-rows.jsonl")) {
      for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        var json = JsonCursor.of(Json.parse(line, "gsm8k-rows"), "gsm8k-rows");
        var ids = json.at("ids").elements().stream().mapToInt(JsonCursor::asInt).toArray();
        var trained = new BitSet();
        trained.set(json.at("answer").asInt(), ids.length);
        rows.add(new EncodedRow(ids, trained, rows.size() + 1L));
      }
    }
    return rows;
  }

  private static MemoryPlan plan(LoadedModel loaded, BatchSchedule batches, TrainingSettings settings) {
    try (var planner = Backends.planning(); var paper = planner.scope("training")) {
      var model = adapted(MemoryForecast.onPaper(loaded.model(), paper), paper);
      return MemoryForecast.of(model, batches, List.of(), settings);
    }
  }

  private static CausalLm adapted(CausalLm base, Scope training) {
    return Lora.apply(base, LoraConfig.allLinear(8, 16, 0), RandomKey.of(0), training);
  }

  /** And they take the memory that was planned for them. */
  @Test
  void lossesOfTheFirstStepsAreThoseOfPyTorch() throws IOException {
    var reference = JsonCursor.read(REFERENCE).at("steps");
    var steps = new ArrayList<TrainingEvent.Step>();
    var batches = new BatchSchedule(rows(), new BatchSize.Rows(8), 1, null);
    var settings = new TrainingSettings(STEPS, new LearningRateSchedule.Constant(1e-4, 0),
        Double.POSITIVE_INFINITY, 1024, false, 0, 0, 0);
    try (var backend = Backends.vector(); var weights = backend.scope("model");
        var loaded = Models.load(SmolLm2.folder(), weights); var training = backend.scope("training")) {
      var plan = plan(loaded, batches, settings);
      backend.reserve(plan);
      var model = adapted(loaded.model(), training);
      StartAdapter.fill(model);
      var optimizer = new AdamW(AdamWConfig.withDecay(0), model, DecayRule.ALL, training);
      new Trainer(model, optimizer, batches, settings, event -> {
        if (event instanceof TrainingEvent.Step step) {
          steps.add(step);
        }
      }).run();
      long reserved = backend.reservedBytes();
      assertTrue(reserved <= GAPS * plan.reservedBytes(), plan.reservedBytes() + " bytes planned, " + reserved + " reserved");
    }
    assertEquals(STEPS, steps.size());
    for (int i = 0; i < STEPS; i++) {
      var expected = reference.at(i);
      var found = steps.get(i);
      assertEquals(expected.at("tokens").asLong(), found.tokens(), "tokens of step " + (i + 1));
      assertEquals(expected.at("trainedTokens").asLong(), found.trainedTokens(),
          "targets of step " + (i + 1));
      double loss = expected.at("loss").asDouble();
      assertEquals(loss, found.loss(), TOLERANCE * loss, "loss of step " + (i + 1));
    }
  }

  /** The three values that {@code benchmarks/peers/README.md} gives to check one's own formula with. */
  @Test
  void theStartingAdapterIsThatOfTheReference() {
    try (var backend = Backends.vector(); var weights = backend.scope("model");
        var loaded = Models.load(SmolLm2.folder(), weights); var training = backend.scope("training")) {
      var model = adapted(loaded.model(), training);
      StartAdapter.fill(model);
      var adapters = Modules.find(model, LoraLinear.class);
      assertEquals(210, adapters.size());
      assertFirst(adapters.get("model.layers.0.self_attn.q_proj"), -0.019607877f, 0.025580227f, 0.021953404f);
      assertFirst(adapters.get("model.layers.29.mlp.down_proj"), 0.023740618f, -0.0035794936f, 0.0012002710f);
    }
  }

  private static void assertFirst(LoraLinear adapter, float... expected) {
    assertArrayEquals(expected, Arrays.copyOf(adapter.loraA().value().toFloats(), expected.length));
  }
}
