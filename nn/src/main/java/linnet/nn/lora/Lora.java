package linnet.nn.lora;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.FrozenParam;
import linnet.nn.Initializer;
import linnet.nn.Linear;
import linnet.nn.LoraLinear;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.Projection;
import linnet.nn.TrainableParam;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * Low-rank adapters (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021) as a change of
 * the module tree: no layer knows about them.
 */
public final class Lora {
  private static final int ROWS_COMPARED_AT_ONCE = 64;

  private Lora() {}

  /**
   * Adds new adapters: A uniform in ±1/√K, as PEFT's default is, and B zero, so that the model computes what
   * it did.
   *
   * @param key what A is drawn from
   * @param training where the adapters live
   * @return the model with {@link LoraLinear} in the places that {@code config} names
   * @throws IllegalArgumentException if a name matches no projection (the message lists those that exist), or
   *     the model has adapters already
   */
  public static <M extends Module> M apply(M model, LoraConfig config, RandomKey key, Scope training) {
    requireTargets(model, config.targets());
    return replace(model, config.targets(), (path, linear) -> {
      int in = linear.inFeatures();
      int rank = config.rankAt(path);
      var a = training.allocate(dtypeFor(linear), rank, in);
      new Initializer.Uniform(1 / Math.sqrt(in)).fill(a, key.derive("lora_A").derive(path));
      return adapted(path, linear, config, a, training.zeros(a.dtype(), linear.outFeatures(), rank));
    });
  }

  /** The parameters of all adapters, in the order of the tree. */
  public static List<TrainableParam> parameters(Module model) {
    return Modules.find(model, LoraLinear.class).values().stream()
        .flatMap(l -> Modules.trainable(l).stream()).distinct().toList();
  }

  /**
   * The model with its adapters added into copies of the weights they adapt: W + scale · B·A, in F32 (F64 for
   * an F64 model). Everything else is shared with {@code model}.
   *
   * @param scope where the new weights live
   */
  public static <M extends Module> M merge(M model, Scope scope) {
    return Modules.mapModules(model, (path, module) ->
        module instanceof LoraLinear lora ? merged(path, lora, scope) : module);
  }

  private static Linear merged(String path, LoraLinear lora, Scope scope) {
    var base = lora.base().weight().value();
    var backend = base.backend();
    var sum = scope.allocate(dtypeFor(lora.base()), base.shape());
    backend.copy(sum, base);
    try (var scratch = backend.scope("merge")) {
      var b = scratch.allocate(sum.dtype(), lora.loraB().shape());
      backend.affine(b, lora.loraB().value(), lora.scale(), 0);
      switch (lora.base().layout()) {
        case OUT_IN -> backend.matmulAdd(sum, b, lora.loraA().value());
        case IN_OUT -> backend.matmulAdd(sum, lora.loraA().value().transpose(), b.transpose());
      }
    }
    return new Linear(new FrozenParam(path + ".weight", sum), lora.base().bias(), lora.base().layout());
  }

  /**
   * The largest difference between the logits that two models compute for a batch: how well a merged model
   * stands for its adapter.
   */
  public static double largestLogitGap(CausalLm a, CausalLm b, FlatBatch batch) {
    double gap = 0;
    try (var step = a.backend().scope("logit gap"); var tape = Tape.noGrad(step)) {
      var hiddenA = a.hidden(tape, batch);
      var hiddenB = b.hidden(tape, batch);
      for (int from = 0; from < batch.tokens(); from += ROWS_COMPARED_AT_ONCE) {
        int to = Math.min(from + ROWS_COMPARED_AT_ONCE, batch.tokens());
        try (var chunk = step.backend().scope("logits"); var rows = Tape.noGrad(chunk)) {
          gap = Math.max(gap, largestGap(logits(rows, a, hiddenA, from, to),
              logits(rows, b, hiddenB, from, to)));
        }
      }
    }
    return gap;
  }

  private static double[] logits(Tape tape, CausalLm model, Variable hidden, int from, int to) {
    return model.logits(tape, tape.slice(hidden, 0, from, to)).value().toDoubles();
  }

  private static double largestGap(double[] a, double[] b) {
    double gap = 0;
    for (int i = 0; i < a.length; i++) {
      gap = Math.max(gap, Math.abs(a[i] - b[i]));
    }
    return gap;
  }

  /** Makes an adapted projection of a plain one. */
  @FunctionalInterface
  interface Adapter {
    LoraLinear adapt(String path, Linear linear);
  }

  /** The model with its targets adapted. */
  static <M extends Module> M replace(M model, LoraTargets targets, Adapter adapter) {
    if (!Modules.find(model, LoraLinear.class).isEmpty()) {
      throw new IllegalArgumentException("the model has adapters already: merge them, or start from the base"
          + " model");
    }
    return Modules.mapModules(model, (path, module) ->
        module instanceof Linear linear && targets.includes(path) ? adapter.adapt(path, linear) : module);
  }

  static LoraLinear adapted(String path, Linear linear, LoraConfig config, Tensor a, Tensor b) {
    return new LoraLinear(linear, new TrainableParam(path + ".lora_A.weight", a),
        new TrainableParam(path + ".lora_B.weight", b), config.scaleAt(path), config.dropout());
  }

  /** F64 beside F64 weights, else F32. */
  static DType dtypeFor(Linear linear) {
    return linear.weight().value().dtype() == DType.F64 ? DType.F64 : DType.F32;
  }

  /** The last steps of the paths of all projections, which is what targets are usually named by. */
  static List<String> projectionNames(Module model) {
    return List.copyOf(Modules.find(model, Projection.class).keySet().stream()
        .map(path -> path.substring(path.lastIndexOf('.') + 1))
        .collect(Collectors.toCollection(TreeSet::new)));
  }

  private static void requireTargets(Module model, LoraTargets targets) {
    var paths = Modules.find(model, Projection.class).keySet();
    var unmatched = switch (targets) {
      case LoraTargets.AllLinear() -> List.<String>of();
      case LoraTargets.Names(var names) -> names.stream()
          .filter(name -> paths.stream().noneMatch(path -> LoraTargets.Names.matches(name, path))).toList();
      case LoraTargets.Matching matching ->
          paths.stream().anyMatch(matching::includes) ? List.<String>of() : List.of(matching.regex());
    };
    if (!unmatched.isEmpty()) {
      throw new IllegalArgumentException("target modules: found " + String.join(", ", unmatched)
          + ", which this model has no projection of; expected all-linear or some of "
          + String.join(", ", projectionNames(model))
          + (unmatched.contains("lm_head") ? " (the output head carries no adapter)" : ""));
    }
  }
}
