package linnet.nn.lora;

import java.util.List;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Embedding;
import linnet.nn.FrozenParam;
import linnet.nn.Linear;
import linnet.nn.LoraEmbedding;
import linnet.nn.LoraLinear;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.nn.Projection;
import linnet.nn.TrainableParam;
import linnet.nn.WeightLayout;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;

/**
 * Low-rank adapters (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021) as a change of
 * the module tree: no layer knows about them. What a configuration means is what PEFT 0.21 makes of it.
 */
public final class Lora {
  private static final int ROWS_COMPARED_AT_ONCE = 64;

  private Lora() {}

  /**
   * Adds new adapters, and copies that train of the modules to save. Everything else is shared with {@code
   * model}, which may get others in the same way: they do not see each other.
   *
   * @param key what the adapters are drawn from
   * @param training where adapters and copies live, and with {@link LoraInit#PISSA} what is left of the
   *     weights
   * @return the model with adapters in the places that {@code config} names
   * @throws IllegalArgumentException if a name or pattern stands for nothing (the message lists what exists),
   *     targets can carry no adapter, or the model has adapters already
   */
  public static <M extends Module> M apply(M model, LoraConfig config, RandomKey key, Scope training) {
    var places = AdapterPlaces.of(model, config);
    places.requireAllUsed(model, config);
    var prepared = AdaptedTree.prepared(model, places);
    requireOwnHead(model, places, config);
    return AdaptedTree.build(prepared, places, new NewAdapters(config, key, training));
  }

  /** What PiSSA leaves of a head would be another embedding. */
  static void requireOwnHead(Module model, AdapterPlaces places, LoraConfig config) {
    TiedWeights.of(model).filter(tie -> config.init() == LoraInit.PISSA
        && places.adapted().containsKey(tie.head())).ifPresent(tie -> {
          throw new IllegalArgumentException("init_lora_weights: found pissa and " + tie.head() + " among the"
              + " targets, whose weight is the embedding's as well and would change there; leave it out, or use another"
              + " initialisation");
        });
  }

  /** The parameters of all adapters, in the order of the tree. */
  public static List<TrainableParam> parameters(Module model) {
    return Modules.places(model).stream()
        .filter(place -> place.owner() instanceof LowRank || place.owner() instanceof LoraEmbedding)
        .map(Modules.Place::param).filter(TrainableParam.class::isInstance).map(TrainableParam.class::cast)
        .toList();
  }

  /**
   * The model with its adapters added into copies of the weights they adapt, in F32 (F64 for an F64 model).
   * Everything else is shared with {@code model}.
   *
   * @param scope where the new weights live
   */
  public static <M extends Module> M merge(M model, Scope scope) {
    return Modules.mapModules(model, (path, module) -> switch (module) {
      case LoraLinear lora -> new Linear(new FrozenParam(path + ".weight",
          LowRankUpdate.merged(lora.base().weight().value(), lora.adapter(), lora.base().layout(), scope)),
          lora.base().bias(), lora.base().layout());
      case Embedding table when table.adapter().isPresent() -> new Embedding(new FrozenParam(path + ".weight",
          LowRankUpdate.merged(table.weight().value(), table.adapter().get(), scope)), table.padding());
      case OutputHead head when head.adapter().isPresent() -> new OutputHead(new FrozenParam(path + ".weight",
          LowRankUpdate.merged(head.weight().value(), head.adapter().get(), WeightLayout.OUT_IN, scope)),
          head.bias(), head.softCap());
      default -> module;
    });
  }

  /**
   * The model for as long as its adapters stay as they are: what DoRA multiplies by takes a pass over each adapted
   * weight, which is made once and not for each token. The same bits; without DoRA, {@code model} itself.
   *
   * @param scope where what was computed lives
   */
  public static <M extends Module> M settled(M model, Scope scope) {
    try (var tape = Tape.noGrad(scope)) {
      return Modules.mapModules(model, (path, module) -> switch (module) {
        case LoraLinear lora when lora.adapter().magnitude().isPresent() -> new LoraLinear(lora.base(),
            lora.adapter().settled(tape, lora.base().weight(), lora.base().layout()));
        case Embedding table when table.adapter().flatMap(LoraEmbedding::magnitude).isPresent() ->
            table.with(table.adapter().get().settled(tape, table.weight()));
        case OutputHead head when head.adapter().flatMap(LowRank::magnitude).isPresent() ->
            new OutputHead(head.weight(), head.bias(), head.softCap(), head.adapter().map(lora ->
                lora.settled(tape, head.weight(), WeightLayout.OUT_IN)));
        default -> module;
      });
    }
  }

  /**
   * The largest difference between the logits that two models compute for a batch: how well a merged model
   * stands for its adapter.
   */
  public static double largestLogitGap(CausalLm a, CausalLm b, FlatBatch batch) {
    double gap = 0;
    try (var stepA = a.backend().scope("logit gap"); var tapeA = Tape.noGrad(stepA);
        var stepB = b.backend().scope("logit gap"); var tapeB = Tape.noGrad(stepB)) {
      var hiddenA = a.hidden(tapeA, batch);
      var hiddenB = b.hidden(tapeB, batch);
      for (int from = 0; from < batch.tokens(); from += ROWS_COMPARED_AT_ONCE) {
        int to = Math.min(from + ROWS_COMPARED_AT_ONCE, batch.tokens());
        gap = Math.max(gap, largestGap(logits(a, hiddenA, from, to), logits(b, hiddenB, from, to)));
      }
    }
    return gap;
  }

  private static double[] logits(CausalLm model, Variable hidden, int from, int to) {
    try (var chunk = model.backend().scope("logits"); var rows = Tape.noGrad(chunk)) {
      return model.logits(rows, rows.slice(hidden, 0, from, to)).value().toDoubles();
    }
  }

  private static double largestGap(double[] a, double[] b) {
    double gap = 0;
    for (int i = 0; i < a.length; i++) {
      gap = Math.max(gap, Math.abs(a[i] - b[i]));
    }
    return gap;
  }

  /** The last steps of the paths of all projections, which is what targets are usually named by. */
  public static List<String> projectionNames(Module model) {
    return Modules.find(model, Projection.class).keySet().stream()
        .map(path -> path.substring(path.lastIndexOf('.') + 1)).distinct().sorted().toList();
  }

  /** F64 beside F64 weights, else F32. */
  static DType dtypeFor(Param weight) {
    return weight.value().dtype() == DType.F64 ? DType.F64 : DType.F32;
  }

  /**
   * A copy of a parameter that trains.
   *
   * @throws IllegalArgumentException if it was quantised when the model was loaded: what is trained would be
   *     the damaged weight
   */
  static TrainableParam trainableCopy(String key, Param param, Scope training) {
    var stored = param.value().dtype();
    if (stored == DType.NF4 || stored == DType.INT8) {
      throw new IllegalArgumentException("modules that train in full: found " + key + ", which is quantised"
          + " to " + stored + "; load the model without quantisation, or leave it to an adapter");
    }
    var value = training.allocate(dtypeFor(param), param.shape());
    training.backend().copy(value, param.value());
    return new TrainableParam(key, value);
  }
}
