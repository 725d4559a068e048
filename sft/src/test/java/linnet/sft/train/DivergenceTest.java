package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import linnet.nn.LoraLinear;
import linnet.nn.Modules;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.DataException;
import linnet.sft.data.EncodedRow;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The first value that is not finite ends a run, and the error says where it came from. */
class DivergenceTest {
  private static TrainingSettings settings(double rate, double clip) {
    return new TrainingSettings(5, new LearningRateSchedule.Constant(rate, 0), clip, 40, false, 7, 0, 0);
  }

  private static BatchSchedule pairs(List<EncodedRow> rows) {
    return new BatchSchedule(rows, new BatchSize.Rows(2), 1, null);
  }

  private static void poison(TinyRun run, String parameter, int row) {
    Tensor weight = Modules.parameters(run.model()).get(parameter).value();
    run.backend().fill(weight.slice(0, row, row + 1), Double.NaN);
  }

  private static void assertSays(DivergenceException thrown, String... parts) {
    for (var part : parts) {
      assertTrue(thrown.getMessage().contains(part), "\"" + part + "\" in: " + thrown.getMessage());
    }
  }

  @Test
  void aBadWeightNamesLayerOpAndLines() {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      poison(run, "model.layers.1.mlp.up_proj.weight", 0);
      var before = run.digest();
      var thrown = assertThrows(DivergenceException.class,
          () -> run.trainer(pairs(TinyRows.of(4)), settings(1e-3, 1)).run(TinyRun.START));
      assertSays(thrown, "step 1: the loss is not finite", "lines 1, 2.",
          "forward of loraLinear in block layers.1",
          "Nothing was updated");
      assertEquals(before, run.digest());
    }
  }

  @Test
  void theFirstBadStepIsTheOneThatFails() {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      var digests = new ArrayList<String>();
      var trainer = run.trainer(pairs(TinyRows.of(6)), settings(1e-3, 1), event -> {
        digests.add(run.digest());
        if (event instanceof TrainingEvent.Step step && step.step() == 2) {
          poison(run, "model.layers.0.self_attn.q_proj.weight", 0);
        }
      }, progress -> { });
      var thrown = assertThrows(DivergenceException.class, () -> trainer.run(TinyRun.START));
      assertSays(thrown, "step 3: the loss is not finite", "lines 5, 6.", "layers.0");
      assertEquals(3, digests.size(), "one before the first step, one after each of two");
      assertEquals(digests.getLast(), run.digest(), "as two good steps left it");
    }
  }

  @Test
  void aGradientThatOverflowsIsTracedToItsOp() {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      var scaled = Modules.mapModules(run.model(), (path, module) -> module instanceof LoraLinear lora
          ? new LoraLinear(lora.base(), lora.loraA(), lora.loraB(), 1e38, 0) : module);
      run.backend().fill(Modules.parameters(scaled).get("model.norm.weight").value(), 1000);
      var before = run.digest();
      // B is zero, so the loss does not see the scale; B's gradient does, a thousandfold
      var trainer = new Trainer(scaled, run.optimizer(), pairs(TinyRows.of(4)), settings(1e-3, 1),
          event -> { });
      var thrown = assertThrows(DivergenceException.class, () -> trainer.run(TinyRun.START));
      assertSays(thrown, "step 1: the gradient's norm is ", "lines 1, 2.",
          "backward of loraLinear in block layers.1",
          "Nothing was updated");
      assertEquals(before, run.digest());
    }
  }

  @Test
  void anUpdateThatOverflowsIsNoticedAtOnce() {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      var thrown = assertThrows(DivergenceException.class,
          () -> run.trainer(pairs(TinyRows.of(4)), settings(1e300, 1)).run(TinyRun.START));
      assertSays(thrown, "step 1: the update", "1.0E300", "q_proj.lora_A.weight infinite");
    }
  }

  @Test
  void aRateThatIsTooHighEndsBeforeTheNextUpdate() {
    try (var run = new TinyRun(TinyModel.FULL, 0, 1)) {
      var digests = new ArrayList<String>();
      var trainer = run.trainer(pairs(TinyRows.of(4)), settings(1e30, 1), event -> {
        if (event instanceof TrainingEvent.Step) {
          digests.add(run.digest());
        }
      }, progress -> { });
      var thrown = assertThrows(DivergenceException.class, () -> trainer.run(TinyRun.START));
      assertSays(thrown, "step 2:", "It began here:");
      assertEquals(List.of(run.digest()), digests);
    }
  }

  @Test
  void validationIsWatchedToo() {
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      poison(run, "model.layers.0.mlp.down_proj.weight", 3);
      var trainer = new Trainer(run.model(), run.optimizer(), pairs(TinyRows.of(4)), TinyRows.of(1),
          settings(1e-3, 1),
          event -> { }, progress -> { });
      var thrown = assertThrows(DivergenceException.class, () -> trainer.run(TinyRun.START));
      assertSays(thrown, "validation after step 0", "layers.0", "lines 1.");
    }
  }

  @Test
  void aStepWithoutATargetIsNoDivergence() {
    var none = List.of(new EncodedRow(new int[] {1, 2}, new BitSet(), 8));
    try (var run = new TinyRun(TinyModel.LORA, 0, 1)) {
      var before = run.digest();
      var training = assertThrows(DataException.class,
          () -> run.trainer(pairs(none), settings(1e-3, 1)).run(TinyRun.START));
      assertTrue(training.getMessage().startsWith("step 1: found no token to train in the rows of lines 8,"),
          training.getMessage());
      assertEquals(before, run.digest());
      var validating = assertThrows(DataException.class, () -> new Trainer(run.model(), run.optimizer(),
          pairs(TinyRows.of(2)), none, settings(1e-3, 1), event -> { }, progress -> { }).run(TinyRun.START));
      assertTrue(validating.getMessage().startsWith("validation: found no token to score"),
          validating.getMessage());
    }
  }
}
