package linnet.nn.lora;

import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.WeightLayout;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/** The weights that adapters stand for, as one tensor. */
final class LowRankUpdate {
  private LowRankUpdate() {}

  /** sum += scale·B·A, where {@code sum} is stored as {@code layout} says. */
  static void add(Tensor sum, Tensor a, Tensor b, double scale, WeightLayout layout) {
    var backend = sum.backend();
    try (var scratch = backend.scope("update")) {
      var scaled = scratch.allocate(sum.dtype(), b.shape());
      backend.affine(scaled, b, scale, 0);
      switch (layout) {
        case OUT_IN -> backend.matmulAdd(sum, scaled, a);
        case IN_OUT -> backend.matmulAdd(sum, a.transpose(), scaled.transpose());
      }
    }
  }

  /** The adapted weight, in a tensor of {@code scope}: W + scale·B·A, with its magnitudes if it has them. */
  static Tensor merged(Tensor weight, LowRank adapter, WeightLayout layout, Scope scope) {
    var sum = copied(weight, scope, adapter.loraA().value());
    add(sum, adapter.loraA().value(), adapter.loraB().value(), adapter.scale(), layout);
    adapter.magnitude().ifPresent(magnitude -> {
      try (var scratch = scope.backend().scope("magnitudes")) {
        var norms = scratch.allocate(sum.dtype(), magnitude.shape());
        adapter.norms(norms, weight, layout);
        rescale(sum, magnitude.value(), norms, layout == WeightLayout.OUT_IN ? 0 : 1);
      }
    });
    return sum;
  }

  /** The adapted table. */
  static Tensor merged(Tensor table, LoraEmbedding adapter, Scope scope) {
    var sum = copied(table, scope, adapter.loraA().value());
    add(sum, adapter.loraB().value(), adapter.loraA().value(), adapter.scale(), WeightLayout.OUT_IN);
    adapter.magnitude().ifPresent(magnitude -> {
      try (var scratch = scope.backend().scope("magnitudes")) {
        var norms = scratch.allocate(sum.dtype(), magnitude.shape());
        adapter.norms(norms, table);
        rescale(sum, magnitude.value(), norms, 1);
      }
    });
    return sum;
  }

  private static Tensor copied(Tensor weight, Scope scope, Tensor like) {
    var sum = scope.allocate(like.dtype(), weight.shape());
    if (weight.stride(1) == 1) {
      scope.backend().copy(sum, weight);
    } else { // quantised weights are read by their stored rows
      scope.backend().copy(sum.transpose(), weight.transpose());
    }
    return sum;
  }

  /**
   * Multiplies by magnitude / norms.
   *
   * @param norms overwritten
   * @param dim the dimension of {@code sum} that they run along
   */
  private static void rescale(Tensor sum, Tensor magnitude, Tensor norms, int dim) {
    var backend = sum.backend();
    backend.binary(Binary.DIV, norms, magnitude, norms);
    var factors = dim == 1 ? norms : norms.reshape(norms.size(0), 1);
    backend.binary(Binary.MUL, sum, sum, factors.expand(sum.shape()));
  }
}
