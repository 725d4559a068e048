package linnet.sft.train;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import linnet.nn.FrozenParam;
import linnet.nn.Modules;
import linnet.nn.TrainableParam;
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
   * @param model the model that will train; it is not touched
   * @param data the run's schedule
   * @param validation its validation rows
   */
  public static MemoryPlan of(CausalLm model, BatchSchedule data, List<EncodedRow> validation,
      TrainingSettings settings) {
    try (var planner = Backends.planning()) {
      try (var training = planner.scope("training")) {
        var planned = onPaper(model, training);
        var optimizer = new AdamW(AdamWConfig.withDecay(0), planned, DecayRule.ALL, training);
        heaviest(allOf(data, settings))
            .forEach(m -> MicroStep.accumulate(planned, m, settings.checkpointing()));
        GradientClipping.globalNorm(optimizer.params());
        optimizer.step(0, 1);
        heaviest(MicroBatch.cut(validation, settings.microBatchTokens(), null).stream())
            .forEach(m -> MicroStep.evaluate(planned, m));
      }
      return planner.plan();
    }
  }

  /** The model with its parameters on the planning backend: mapped where they are mapped, allocated elsewhere. */
  private static CausalLm onPaper(CausalLm model, Scope scope) {
    return Modules.mapParams(model, (name, param) -> {
      var value = param.value();
      var planned = value.storage().isAdopted()
          ? scope.backend().adopt(scope, value.dtype(), value.shape(), MemorySegment.NULL)
          : scope.allocate(value.dtype(), value.shape());
      return param instanceof TrainableParam ? new TrainableParam(name, planned) : new FrozenParam(name, planned);
    });
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
