package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import linnet.autograd.Tape;
import linnet.nn.Golden;
import linnet.nn.SupervisedLoss;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.MemoryPlan;
import linnet.tensor.RandomKey;
import linnet.tensor.Shape;
import org.junit.jupiter.api.Test;

/** What one step of fine-tuning allocates, by running it on the backend that only counts. */
class TrainingMemoryTest {
  private static final int ROW = 60;
  private static final int VOCABULARY = 131;

  private static MemoryPlan plan(int rows) {
    var row = new int[ROW];
    var batch = new Golden.Rows(Collections.nCopies(rows, row), Collections.nCopies(rows, row));
    try (var planner = Backends.planning(); var weights = planner.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights);
        var training = planner.scope("training")) {
      var model = Lora.apply(loaded.model(), LoraConfig.allLinear(4, 8, 0.1), RandomKey.of(1), training);
      var adam = new AdamW(AdamWConfig.withDecay(0), model, DecayRule.ALL, training);
      try (var step = planner.scope("step"); var tape = Tape.recording(step)) {
        tape.backward(SupervisedLoss.of(tape, model, batch, 1));
      }
      adam.step(1e-3, 1);
      return planner.plan();
    }
  }

  @Test
  void nothingOfSizeTokensTimesVocabularyIsAllocated() {
    int rows = 8;
    for (var allocation : plan(rows).allocations()) {
      assertTrue(allocation.shape().elements() < (long) rows * ROW * VOCABULARY, allocation.toString());
    }
  }

  @Test
  void frozenWeightsAreNeitherCopiedNorGivenGradients() {
    var matrices = List.of(Shape.of(VOCABULARY, 48), Shape.of(101, 48), Shape.of(48, 101), Shape.of(16, 48));
    for (var allocation : plan(2).allocations()) {
      assertTrue(!matrices.contains(allocation.shape()), allocation.toString());
    }
  }

  @Test
  void memoryGrowsWithTokensAndNoFaster() {
    long six = plan(6).peakBytes(); // so many that all of them fill a chunk of the head
    long nine = plan(9).peakBytes();
    long twelve = plan(12).peakBytes();
    assertEquals(1, (double) (twelve - nine) / (nine - six), 0.05);
  }

  @Test
  void adapterWeightsGradientsAndTwoMomentsAreAllThatTrains() {
    long elements = plan(1).allocations().stream()
        .filter(a -> a.scope().equals("training") && a.dtype() == DType.F32)
        .mapToLong(a -> a.count() * a.shape().elements()).sum();
    assertEquals(4 * Golden.json("lora/cases.json").at("trainable_parameters").asLong(), elements);
  }
}
