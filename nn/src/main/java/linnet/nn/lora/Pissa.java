package linnet.nn.lora;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import linnet.nn.FrozenParam;
import linnet.nn.Linear;
import linnet.nn.Module;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.nn.WeightLayout;
import linnet.tensor.MemoryPlanner;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * The beginning of Meng et al., "PiSSA", 2024: A and B hold the R largest singular values of a weight, and
 * the base keeps the rest, W − scale·B·A. PEFT makes that rest anew from the base model when it loads such an
 * adapter, and so do we.
 */
final class Pissa {
  private final LoraConfig config;
  private final Map<String, SingularVectors> decomposed = new ConcurrentHashMap<>();

  /** Decomposes the weights of all places at once, on all processors. */
  Pissa(AdapterPlaces places, LoraConfig config) {
    this.config = config;
    var weights = new LinkedHashMap<String, Tensor>();
    places.adapted().forEach((path, module) -> weight(module).ifPresent(weight -> {
      requireDecomposable(path, weight);
      weights.put(path, weight);
    }));
    weights.values().removeIf(weight -> weight.backend() instanceof MemoryPlanner);
    weights.entrySet().parallelStream().forEach(entry -> {
      var w = entry.getValue();
      decomposed.put(entry.getKey(), SingularVectors.largest(w.toDoubles(), w.size(0), w.size(1),
          config.rankAt(entry.getKey())));
    });
  }

  /** As (N,K); an embedding has none, for its adapter begins as always. */
  private static Optional<Tensor> weight(Module module) {
    return switch (module) {
      case Linear linear -> Optional.of(linear.layout() == WeightLayout.OUT_IN
          ? linear.weight().value() : linear.weight().value().transpose());
      case OutputHead head -> Optional.of(head.weight().value());
      default -> Optional.empty();
    };
  }

  private void requireDecomposable(String path, Tensor weight) {
    if (weight.dtype().isQuantized()) {
      throw new IllegalArgumentException("init_lora_weights: found pissa and a weight of " + weight.dtype() + " at "
          + path + ", expected F32, F16 or BF16, since the base keeps what the adapter takes from it; use an"
          + " unquantised model, or another initialisation");
    }
    int most = Math.min(weight.size(0), weight.size(1));
    if (config.rankAt(path) > most) {
      throw new IllegalArgumentException("init_lora_weights: found pissa and rank " + config.rankAt(path) + " at "
          + path + ", expected at most " + most + ", all that a weight of shape " + weight.shape() + " has");
    }
  }

  /** A(R,K) and B(N,R) at the beginning; on a planning backend they stay as they are. */
  void fill(String path, Tensor a, Tensor b) {
    var vectors = decomposed.get(path);
    if (vectors == null) {
      return;
    }
    int rank = a.size(0);
    double scale = config.scaleAt(path);
    var left = new double[rank * b.size(0)];
    var right = new double[rank * a.size(1)];
    for (int r = 0; r < rank; r++) {
      double root = Math.sqrt(vectors.values()[r] / scale);
      for (int j = 0; j < a.size(1); j++) {
        right[r * a.size(1) + j] = root * vectors.right()[r][j];
      }
      for (int i = 0; i < b.size(0); i++) {
        left[i * rank + r] = root * vectors.left()[r][i];
      }
    }
    a.copyFrom(right);
    b.copyFrom(left);
  }

  /** What is left of a weight: W − scale·B·A of the beginning, in F32 (F64 for an F64 weight). */
  Param rest(String path, Param weight, WeightLayout layout, Scope training) {
    var base = weight.value();
    var backend = base.backend();
    var dtype = Lora.dtypeFor(weight);
    var rest = training.allocate(dtype, base.shape());
    backend.copy(rest, base);
    int out = base.size(layout == WeightLayout.OUT_IN ? 0 : 1);
    int in = base.size(layout == WeightLayout.OUT_IN ? 1 : 0);
    try (var scratch = backend.scope("pissa")) {
      var a = scratch.allocate(dtype, config.rankAt(path), in);
      var b = scratch.allocate(dtype, out, config.rankAt(path));
      fill(path, a, b);
      LowRankUpdate.add(rest, a, b, -config.scaleAt(path), layout);
    }
    return new FrozenParam(weight.name(), rest);
  }
}
