package linnet.sft.train;

import java.util.Comparator;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import linnet.nn.model.CausalLm;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.GradientClipping;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.DataPosition;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.MicroBatch;
import linnet.tensor.Backends;
import linnet.tensor.MemoryPlan;
import linnet.tensor.Scope;

/**
 * The memory of a run, known before it: a step of the very code that will run, on a backend without memory,
 * over the heaviest micro-batches that the run will meet.
 */
public final class MemoryForecast {
  private MemoryForecast() {}

  /**
   * Plans a run.
   *
   * @param build makes the model, with what trains, in a scope of the planning backend
   * @param data the run's schedule
   * @param validation its validation rows
   */
  public static MemoryPlan of(Function<Scope, CausalLm> build, BatchSchedule data,
      List<EncodedRow> validation, TrainingSettings settings) {
    try (var planner = Backends.planning()) {
      try (var training = planner.scope("training")) {
        var model = build.apply(training);
        var optimizer = new AdamW(AdamWConfig.withDecay(0), model, DecayRule.ALL, training);
        heaviest(allOf(data, settings))
            .forEach(m -> MicroStep.accumulate(model, m, settings.checkpointing()));
        GradientClipping.globalNorm(optimizer.params());
        optimizer.step(0, 1);
        heaviest(MicroBatch.cut(validation, settings.microBatchTokens(), null).stream())
            .forEach(m -> MicroStep.evaluate(model, m));
      }
      return planner.plan();
    }
  }

  private static Stream<MicroBatch> allOf(BatchSchedule data, TrainingSettings settings) {
    var position = new DataPosition[] {DataPosition.START};
    return Stream.generate(() -> data.at(position[0])).limit(settings.totalSteps())
        .peek(batch -> position[0] = batch.next())
        .flatMap(batch -> batch.groups().stream())
        .flatMap(group -> MicroBatch.cut(group, settings.microBatchTokens(), row -> 0).stream());
  }

  /**
   * The micro-batch with the most tokens and the one with the most targets; a run is too long to hold all.
   */
  private static List<MicroBatch> heaviest(Stream<MicroBatch> all) {
    var tokens = BinaryOperator.maxBy(Comparator.comparingInt((MicroBatch m) -> m.batch().tokens()));
    var targets = BinaryOperator.maxBy(Comparator.comparingInt((MicroBatch m) -> m.targets().length));
    return all.collect(Collectors.teeing(Collectors.reducing(tokens), Collectors.reducing(targets),
        (most, mostTargets) -> Stream.concat(most.stream(), mostTargets.stream()).toList()));
  }
}
