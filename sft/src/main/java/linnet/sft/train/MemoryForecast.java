package linnet.sft.train;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import linnet.nn.DeclaredParam;
import linnet.nn.FrozenParam;
import linnet.nn.Modules;
import linnet.nn.Param;
import linnet.nn.TrainableParam;
import linnet.nn.model.CausalLm;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.nn.optim.GradientClipping;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.MicroBatch;
import linnet.tensor.Backends;
import linnet.tensor.MemoryPlan;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * The memory of a run, known before it: a step of the very code that will run, on a backend without memory,
 * over micro-batches as heavy as any that the rows can make, in whatever order they come.
 */
public final class MemoryForecast {
  private MemoryForecast() {}

  /**
   * Plans a run.
   *
   * @param model the model that will train, or its equal {@link #onPaper on paper}; it is not touched
   * @param data the run's schedule
   * @param validation its validation rows
   */
  public static MemoryPlan of(CausalLm model, BatchSchedule data, List<EncodedRow> validation,
      TrainingSettings settings) {
    return of(model, model, data, validation, settings);
  }

  /**
   * Plans a run whose model is made of another, which stays.
   *
   * @param base what the model is made of; frozen parameters that both have are one
   */
  public static MemoryPlan of(CausalLm base, CausalLm model, BatchSchedule data, List<EncodedRow> validation,
      TrainingSettings settings) {
    try (var planner = Backends.planning()) {
      try (var training = planner.scope("training")) {
        var planned = onPaper(model, training, frozen(base, training));
        var optimizer = new AdamW(AdamWConfig.withDecay(0), planned, DecayRule.ALL, training);
        heaviest(data.rows(), data.mostInputTokens(), settings.microBatchTokens())
            .forEach(m -> MicroStep.accumulate(planned, m, settings.checkpointing()));
        GradientClipping.globalNorm(optimizer.params());
        optimizer.step(0, 1);
        heaviest(validation, Long.MAX_VALUE, settings.microBatchTokens())
            .forEach(m -> MicroStep.evaluate(planned, m));
      }
      return planner.plan();
    }
  }

  /**
   * A model on a {@linkplain Backends#planning planning backend}: its parameters mapped where they are
   * mapped, allocated elsewhere, and declared where they are declared. What makes a model trainable can be
   * tried on it before it takes memory.
   *
   * @param scope of the planning backend
   */
  public static CausalLm onPaper(CausalLm model, Scope scope) {
    return onPaper(model, scope, Map.of());
  }

  private static CausalLm onPaper(CausalLm model, Scope scope, Map<Param, Tensor> there) {
    return Modules.mapParams(model, (name, param) -> {
      if (param instanceof DeclaredParam) {
        return param;
      }
      var planned = there.containsKey(param) ? there.get(param) : onPaper(param, scope);
      return param instanceof TrainableParam ? new TrainableParam(name, planned)
          : new FrozenParam(name, planned);
    });
  }

  /** What lies there when a run begins, and so comes first: see {@link linnet.tensor.Backend#reserve}. */
  private static Map<Param, Tensor> frozen(CausalLm model, Scope scope) {
    var frozen = new IdentityHashMap<Param, Tensor>();
    for (var param : Modules.parameters(model).values()) {
      if (param instanceof FrozenParam) {
        frozen.computeIfAbsent(param, p -> onPaper(p, scope));
      }
    }
    return frozen;
  }

  private static Tensor onPaper(Param param, Scope scope) {
    var value = param.value();
    return value.storage().isAdopted()
        ? scope.backend().adopt(scope, value.dtype(), value.shape(), MemorySegment.NULL)
        : scope.allocate(value.dtype(), value.shape());
  }

  /**
   * As many tokens as a micro-batch of {@code rows} can have, in rows as long as the longest, every token a
   * target; none where no row has a target. What is not wanted of a model's features is left out by copying the
   * rest, twice: what precedes a row's first target, and what lies between targets. Where any row has such, the
   * first row has one token of it, which takes most.
   *
   * @param atMost the tokens of a whole batch
   */
  private static List<MicroBatch> heaviest(List<EncodedRow> rows, long atMost, int budget) {
    long all = rows.stream().mapToLong(EncodedRow::inputTokens).sum();
    int longest = rows.stream().mapToInt(EncodedRow::inputTokens).max().orElse(0);
    int tokens = (int) Math.min(Math.min(all, atMost), Math.max(budget, longest));
    var heavy = new ArrayList<EncodedRow>();
    for (int left = tokens; left > 0; left -= longest) {
      var trained = new BitSet();
      trained.set(1, Math.min(left, longest) + 1);
      if (heavy.isEmpty()) {
        leaveOut(rows, trained);
      }
      heavy.add(new EncodedRow(new int[trained.length()], trained, 0));
    }
    return MicroBatch.cut(heavy, tokens, row -> 0);
  }

  private static void leaveOut(List<EncodedRow> rows, BitSet trained) {
    boolean begins = rows.stream().anyMatch(row -> row.trained().nextSetBit(0) > 1);
    boolean gaps = rows.stream().anyMatch(row ->
        row.trainedTokens() < row.trained().length() - row.trained().nextSetBit(0));
    int last = trained.length() - 1;
    trained.set(1, !begins || last == 1);
    if (gaps && last > 2) {
      trained.clear(last - 1);
    }
  }
}
