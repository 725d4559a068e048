package linnet.sft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import linnet.autograd.Tape;
import linnet.nn.optim.LearningRateSchedule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.BatchSize;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.MicroBatch;
import org.junit.jupiter.api.Test;

/** How rows are cut into batches and micro-batches changes no more than the last digits of an update. */
class AccumulationTest {
  private static final int ROWS = 8;
  private static final double TOLERANCE = 1e-5;

  /**
   * What a step does: AdamW's first moments are a tenth of the gradient, its change of values is all signs.
   */
  private record Update(double loss, double norm, double[] firstMoments) {}

  private static Update update(int batchRows, int accumulation, int microBatchTokens, boolean checkpointing) {
    try (var run = new TinyRun(TinyModel.LORA, 0, 2)) {
      var rows = new BatchSchedule(TinyRows.of(ROWS), new BatchSize.Rows(batchRows), accumulation, null);
      var settings = new TrainingSettings(1, new LearningRateSchedule.Constant(1e-2, 0), 1, microBatchTokens,
          checkpointing, 0, 0, 0);
      var steps = new ArrayList<TrainingEvent.Step>();
      run.trainer(rows, settings, event -> {
        if (event instanceof TrainingEvent.Step step) {
          steps.add(step);
        }
      }, progress -> { }).run(TinyRun.START);
      var moments = run.optimizer().moments().stream().flatMapToDouble(m -> Arrays.stream(m.m().toDoubles()))
          .toArray();
      return new Update(steps.getFirst().loss(), steps.getFirst().gradientNorm(), moments);
    }
  }

  private static void assertSame(Update expected, Update found) {
    assertEquals(expected.loss(), found.loss(), TOLERANCE * expected.loss());
    assertEquals(expected.norm(), found.norm(), TOLERANCE * expected.norm());
    double difference = 0;
    double size = 0;
    for (int i = 0; i < expected.firstMoments().length; i++) {
      difference += Math.pow(expected.firstMoments()[i] - found.firstMoments()[i], 2);
      size += Math.pow(expected.firstMoments()[i], 2);
    }
    double error = Math.sqrt(difference / size);
    assertTrue(size > 0 && error <= TOLERANCE, "relative difference " + error);
  }

  @Test
  void oneBatchOfEightIsEightOfOne() {
    assertSame(update(8, 1, 1000, false), update(1, 8, 1000, false));
  }

  @Test
  void allRowsAtOnceAreOneAtATime() {
    assertSame(update(8, 1, 1000, false), update(8, 1, 1, false));
  }

  @Test
  void checkpointingComputesTheSame() {
    assertSame(update(8, 1, 1000, false), update(8, 1, 1000, true));
  }

  @Test
  void packedRowsAreRowsAlone() {
    try (var run = new TinyRun(TinyModel.FULL, 0, 2)) {
      var rows = TinyRows.of(ROWS);
      var alone = new ArrayList<Double>();
      rows.forEach(row -> alone.addAll(logProbs(run, List.of(row))));
      var packed = logProbs(run, rows);
      assertEquals(rows.stream().mapToInt(EncodedRow::trainedTokens).sum(), packed.size());
      for (int i = 0; i < packed.size(); i++) {
        assertEquals(alone.get(i), packed.get(i), TOLERANCE, "target " + i);
      }
    }
  }

  private static List<Double> logProbs(TinyRun run, List<EncodedRow> rows) {
    var micro = MicroBatch.cut(rows, Integer.MAX_VALUE, null).getFirst();
    try (var step = run.backend().scope("step"); var tape = Tape.noGrad(step)) {
      return Arrays.stream(MaskedLoss.logProbs(tape, run.model(), micro).value().toDoubles()).boxed()
          .toList();
    }
  }
}
