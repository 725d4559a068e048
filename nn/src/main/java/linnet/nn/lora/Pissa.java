package linnet.nn.lora;

import java.util.Map;
import java.util.Optional;
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
 * adapter, and so do we. One weight at a time lies on the heap, in F64.
 *
 * @param config what the adapters are made with
 */
record Pissa(LoraConfig config) {
  /** As (N,K); an embedding has none, for its adapter begins as always. */
  private static Optional<Tensor> weight(Module module) {
    return switch (module) {
      case Linear linear -> Optional.of(linear.layout() == WeightLayout.OUT_IN
          ? linear.weight().value() : linear.weight().value().transpose());
      case OutputHead head -> Optional.of(head.weight().value());
      default -> Optional.empty();
    };
  }

  /**
   * Requires weights from which adapters can begin.
   *
   * @throws IllegalArgumentException if one is quantised or has fewer singular values than its adapter's rank
   */
  static void requireDecomposable(Map<String, Module> adapted, LoraConfig config) {
    adapted.forEach((path, module) ->
        weight(module).ifPresent(weight -> requireDecomposable(path, weight, config.rankAt(path))));
  }

  private static void requireDecomposable(String path, Tensor weight, int rank) {
    if (weight.dtype().isQuantized()) {
      throw new IllegalArgumentException("init_lora_weights: found pissa and a weight of " + weight.dtype() + " at "
          + path + ", expected F32, F16 or BF16, since the base keeps what the adapter takes from it; use an"
          + " unquantised model, or another initialisation");
    }
    int most = Math.min(weight.size(0), weight.size(1));
    if (rank > most) {
      throw new IllegalArgumentException("init_lora_weights: found pissa and rank " + rank + " at "
          + path + ", expected at most " + most + ", all that a weight of shape " + weight.shape() + " has");
    }
  }

  /**
   * Fills A(R,K) and B(N,R) with the beginning; on a planning backend they stay as they are.
   *
   * @param weight W, as {@code layout} says
   */
  void fill(String path, Param weight, WeightLayout layout, Tensor a, Tensor b) {
    var w = layout == WeightLayout.OUT_IN ? weight.value() : weight.value().transpose();
    if (w.backend() instanceof MemoryPlanner) {
      return;
    }
    var vectors = SingularVectors.largest(w.toDoubles(), w.size(0), w.size(1), a.size(0));
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
    int[] sizes = layout.sizes(weight.shape().size(1), weight.shape().size(0)); // (N,K)
    try (var scratch = training.backend().scope("pissa")) {
      var a = scratch.allocate(Lora.dtypeFor(weight), config.rankAt(path), sizes[1]);
      var b = scratch.allocate(Lora.dtypeFor(weight), sizes[0], config.rankAt(path));
      fill(path, weight, layout, a, b);
      return rest(path, weight, layout, a, b, training);
    }
  }

  /** The same from A and B as they were filled. */
  Param rest(String path, Param weight, WeightLayout layout, Tensor a, Tensor b, Scope training) {
    var rest = training.allocate(a.dtype(), weight.shape());
    training.backend().copy(rest, weight.value());
    LowRankUpdate.add(rest, a, b, -config.scaleAt(path), layout);
    return new FrozenParam(weight.name(), rest);
  }
}
