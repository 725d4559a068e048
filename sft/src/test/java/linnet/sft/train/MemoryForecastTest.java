package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;
import linnet.nn.FrozenParam;
import linnet.nn.Modules;
import linnet.nn.TrainableParam;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.EncodedRow;
import linnet.tensor.Backends;
import linnet.tensor.MemoryPlan;
import linnet.tensor.RandomKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What training needs of memory, planned and real. */
class MemoryForecastTest {
  /** One row longer than a chunk of the head, and so are its targets; and short ones. */
  private static final EncodedRow LONG = TinyRows.row(240, 199, RandomKey.of(1));
  private static final BatchSchedule ROWS = new BatchSchedule(
      List.of(LONG, TinyRows.row(239, 198, RandomKey.of(2)), TinyRows.of(1).getFirst(),
          TinyRows.of(2).getLast()), new BatchSize.Rows(2), 1, null);

  private static TrainingSettings settings() {
    return new TrainingSettings(2, TinyRun.settings(1, 0).schedule(), 1, 400, false, 7, 1, 0);
  }

  private static MemoryPlan plan(TinyModel kind) {
    return plan(kind, ROWS);
  }

  private static MemoryPlan plan(TinyModel kind, BatchSchedule rows) {
    try (var run = new TinyRun(kind, TinyRun.DROPOUT, 1)) {
      return MemoryForecast.of(run.model(), rows, List.of(LONG), settings());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingOfSizeTokensTimesVocabularyIsAllocated(TinyModel kind) {
    long logits = (long) settings().microBatchTokens() * TinyModel.CONFIG.vocabSize(); // the long rows fill it
    for (var allocation : plan(kind).allocations()) {
      assertTrue(allocation.shape().elements() < logits, () -> "as large as all logits: " + allocation);
    }
  }

  @ParameterizedTest
  @EnumSource
  void thePlanBoundsTheRealRun(TinyModel kind) {
    runWithin(kind, ROWS);
    var whole = training(240, 1, 240);
    runWithin(kind, new BatchSchedule(List.of(whole, whole), new BatchSize.Rows(2), 1, null));
    runWithin(kind, new BatchSchedule(List.of(whole, training(120, 2, 120)), new BatchSize.Rows(2), 1, null));
    var gap = training(240, 2, 120, 121, 240);
    runWithin(kind, new BatchSchedule(List.of(gap, training(160, 1, 160)), new BatchSize.Rows(2), 1, null));
  }

  /** A row of so many tokens, of which those from one border to the next train. */
  private static EncodedRow training(int tokens, int... borders) {
    var trained = new BitSet();
    for (int i = 0; i < borders.length; i += 2) {
      trained.set(borders[i], borders[i + 1]);
    }
    return new EncodedRow(TinyRows.row(tokens, 1, RandomKey.of(tokens)).ids(), trained, 1);
  }

  private static void runWithin(TinyModel kind, BatchSchedule rows) {
    var plan = plan(kind, rows);
    long planned = plan.reservedBytes();
    try (var run = new TinyRun(kind, TinyRun.DROPOUT, 2, plan)) {
      run.backend().limitBytes(planned);
      new Trainer(run.model(), run.optimizer(), rows, List.of(LONG), settings(), event -> { },
          progress -> { }).run();
      assertEquals(planned, run.backend().reservedBytes());
    }
  }

  @Test
  void theHeaviestStepIsFoundWhereverItIs() {
    var first = new BatchSchedule(List.of(LONG, TinyRows.of(1).getFirst()), new BatchSize.Rows(1), 1, null);
    var last = new BatchSchedule(List.of(TinyRows.of(1).getFirst(), LONG), new BatchSize.Rows(1), 1, null);
    assertEquals(forecast(first), forecast(last));
    assertTrue(forecast(last) > forecast(
        new BatchSchedule(List.of(TinyRows.of(1).getFirst()), new BatchSize.Rows(1), 1, null)));
  }

  private static long forecast(BatchSchedule rows) {
    return forecast(rows, settings());
  }

  private static long forecast(BatchSchedule rows, TrainingSettings settings) {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      return MemoryForecast.of(run.model(), rows, List.of(), settings).peakBytes();
    }
  }

  /** Which rows meet in a batch differs from epoch to epoch. */
  @Test
  void whatAnotherEpochMayBringIsForeseen() {
    var rows = List.of(TinyRows.row(14, 1, RandomKey.of(1)), TinyRows.row(14, 2, RandomKey.of(2)),
        TinyRows.row(100, 3, RandomKey.of(3)), TinyRows.row(8, 4, RandomKey.of(4)));
    var longRun = new TrainingSettings(1L << 60, settings().schedule(), 1, 200, false, 7, 1, 0);
    var forecasts = LongStream.range(0, 8).mapToObj(seed -> new BatchSchedule(rows, new BatchSize.Rows(2), 1,
        RandomKey.of(seed))).map(schedule -> forecast(schedule, longRun)).distinct().toList();
    assertEquals(List.of(forecast(new BatchSchedule(rows, new BatchSize.Rows(2), 1, null))), forecasts);
  }

  /** Adapters of 2,000,000,000 ranks, and all the weights of a model that nobody has the memory for. */
  @Test
  void aModelOnPaperTakesNoMemory() {
    try (var run = new TinyRun(TinyModel.FULL, 0, 1); var planner = Backends.planning();
        var paper = planner.scope("training")) {
      var frozen = Modules.mapParams(run.model(), (name, param) -> new FrozenParam(name, param.value()));
      var adapted = Lora.apply(MemoryForecast.onPaper(frozen, paper),
          LoraConfig.of(2_000_000_000, 8, 0, List.of("q_proj")), RandomKey.of(4), paper);
      assertTrue(MemoryForecast.of(adapted, ROWS, List.of(), settings()).reservedBytes() > 4e12);
      var config = ModelConfig.read(JsonCursor.of(Json.parse("""
          {"model_type": "llama", "vocab_size": 1000000, "hidden_size": 65536, "intermediate_size": 262144,
           "num_hidden_layers": 8, "num_attention_heads": 64, "tie_word_embeddings": true}""", "huge"), "huge"));
      var huge = Models.initialize(config, RandomKey.of(1), paper);
      assertTrue(MemoryForecast.of(huge, ROWS, List.of(), settings()).reservedBytes() > 4e12);
    }
  }

  @Test
  void checkpointingTakesLess() {
    var plain = settings();
    var checkpointing = new TrainingSettings(2, plain.schedule(), 1, 400, true, 7, 1, 0);
    long less = forecast(ROWS, checkpointing);
    long more = forecast(ROWS, plain);
    assertTrue(less < more, less + " with checkpointing, " + more + " without");
  }

  /** Value, gradient and two moments of what trains, and not a byte for the frozen base. */
  @ParameterizedTest
  @EnumSource
  void theTrainingScopeHoldsWhatTrainsFourTimes(TinyModel kind) {
    try (var run = new TinyRun(kind, TinyRun.DROPOUT, 2)) {
      run.trainer(ROWS, settings()).run(TinyRun.START);
      long trainable = 0;
      for (var param : Modules.parameters(run.model()).values()) {
        if (param instanceof TrainableParam trains) {
          assertNotNull(trains.grad(), param.name());
          trainable += param.shape().elements();
        } else {
          assertFalse(param.variable().requiresGrad(), param.name());
        }
      }
      assertEquals(4 * Float.BYTES * trainable, run.training().liveBytes());
    }
  }
}
