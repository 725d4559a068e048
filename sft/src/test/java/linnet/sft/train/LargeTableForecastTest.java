package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.MemoryLimitException;
import linnet.tensor.MemoryPlan;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The memory of a run in which a table larger than the first chunks trains, and which begins as {@code train}
 * does: the base's norms lie in memory when the plan is made, its other weights are mapped.
 */
class LargeTableForecastTest {
  private static final String CONFIG = """
      {"model_type": "llama", "vocab_size": 20000, "hidden_size": 64, "intermediate_size": 44,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "max_position_embeddings": 256, "tie_word_embeddings": %b}""";
  /** Both in one micro-batch, which is as heavy as the one that is planned. */
  private static final BatchSchedule ROWS = new BatchSchedule(List.of(TinyRows.row(200, 1, RandomKey.of(1)),
      TinyRows.row(200, 2, RandomKey.of(2))), new BatchSize.Rows(2), 1, null);
  private static final TrainingSettings SETTINGS = new TrainingSettings(2,
      new LearningRateSchedule.Constant(1e-3, 0), 1, 400, false, 7, 0, 0);

  @TempDir
  private Path folder;

  /** Makes what trains of the base. */
  private interface Maker extends BiFunction<CausalLm, Scope, CausalLm> {}

  @ParameterizedTest
  @CsvSource({"everything, true", "everything, false", "embed_tokens, true", "embed_tokens, false",
      "lm_head, false"})
  void itTakesWhatWasPlanned(String trained, boolean tied) {
    Maker maker = trained.equals("everything") ? Models::trainable : (base, training) -> Lora.apply(base,
        LoraConfig.builder(4, 8).modulesToSave(List.of(trained)).build(), RandomKey.of(4), training);
    write(tied);
    train(maker, 1);
    assertThrows(MemoryLimitException.class, () -> train(maker, 0.85)); // the norms' chunk has room for a tenth
  }

  private void write(boolean tied) {
    var config = JsonCursor.of(Json.parse(CONFIG.formatted(tied), "large"), "large");
    try (var backend = Backends.vector(1); var scope = backend.scope("new")) {
      Models.save(folder, Models.initialize(ModelConfig.read(config), RandomKey.of(1), scope), config.asObject(),
          DType.F32);
    }
  }

  /** Trains in a share of the memory that was planned, and in no more. */
  private void train(Maker maker, double share) {
    try (var backend = Backends.vector(2); var weights = backend.scope("model");
        var training = backend.scope("training"); var base = Models.load(folder, weights)) {
      long before = backend.reservedBytes();
      var plan = plan(base.model(), maker);
      backend.reserve(new MemoryPlan(plan.peakBytes(),
          plan.chunks().stream().map(bytes -> (long) (share * bytes)).toList(), List.of()));
      long reserved = backend.reservedBytes();
      assertTrue(before > 0 && reserved < plan.reservedBytes() + before, reserved + " for " + plan.chunks());
      backend.limitBytes(reserved);
      var model = maker.apply(base.model(), training);
      var optimizer = new AdamW(AdamWConfig.withDecay(0), model, DecayRule.ALL, training);
      new Trainer(model, optimizer, ROWS, SETTINGS, event -> { }).run();
      assertEquals(reserved, backend.reservedBytes());
    }
  }

  private static MemoryPlan plan(CausalLm loaded, Maker maker) {
    try (var planner = Backends.planning(); var paper = planner.scope("training")) {
      var base = MemoryForecast.onPaper(loaded, paper);
      return MemoryForecast.of(base, maker.apply(base, paper), ROWS, List.of(), SETTINGS);
    }
  }
}
