package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.ReductionKernels.Reduction;

/**
 * Normalisation of rows, x(T,D), w(D): by the root mean square (Zhang and Sennrich, 2019), and by mean and
 * deviation (Ba et al., "Layer Normalization", 2016).
 */
public interface NormKernels extends Kernels {
  /** y(T,D) = x · rsqrt(mean(x²) + eps) · w. */
  default void rmsNorm(Tensor y, Tensor x, Tensor w, double eps) {
    try (var scratch = backend().scope("rmsNorm")) {
      var scale = rmsScale(scratch, x, eps);
      backend().binary(Binary.MUL, y, x, scale.expand(x.shape()));
      backend().binary(Binary.MUL, y, y, w.expand(x.shape()));
    }
  }

  /**
   * The gradient of the input. With s = rsqrt(mean(x²) + eps) and g = dy · w:
   * dx = s · (g − x · s² · mean(g · x)). dx may be dy.
   */
  default void rmsNormBackwardInput(Tensor dx, Tensor x, Tensor w, Tensor dy, double eps) {
    try (var scratch = backend().scope("rmsNormBackwardInput")) {
      var shape = x.shape();
      var scale = rmsScale(scratch, x, eps);
      var g = scratch.allocate(x.dtype(), shape);
      backend().binary(Binary.MUL, g, dy, w.expand(shape));
      backend().binary(Binary.MUL, dx, g, x);
      var dot = scratch.allocate(x.dtype(), shape.with(-1, 1));
      backend().reduce(Reduction.SUM, dot, dx);
      backend().affine(dot, dot, 1.0 / shape.size(-1), 0);
      backend().binary(Binary.MUL, dot, dot, scale);
      backend().binary(Binary.MUL, dot, dot, scale);
      backend().binary(Binary.MUL, dx, x, dot.expand(shape));
      backend().binary(Binary.SUB, dx, g, dx);
      backend().binary(Binary.MUL, dx, dx, scale.expand(shape));
    }
  }

  /** The gradient of the weight: dw(D) = Σ over rows of dy · x · rsqrt(mean(x²) + eps). */
  default void rmsNormBackwardWeight(Tensor dw, Tensor x, Tensor dy, double eps) {
    try (var scratch = backend().scope("rmsNormBackwardWeight")) {
      var terms = scratch.allocate(x.dtype(), x.shape());
      backend().binary(Binary.MUL, terms, dy, x);
      backend().binary(Binary.MUL, terms, terms, rmsScale(scratch, x, eps).expand(x.shape()));
      backend().reduce(Reduction.SUM, dw.reshape(1, dw.size(0)), terms);
    }
  }

  /** y(T,D) = (x − mean(x)) · rsqrt(var(x) + eps) · w + b(D), where var is the mean square deviation. */
  default void layerNorm(Tensor y, Tensor x, Tensor w, Tensor b, double eps) {
    try (var scratch = backend().scope("layerNorm")) {
      var centred = centred(scratch, x);
      backend().binary(Binary.MUL, y, centred, rmsScale(scratch, centred, eps).expand(x.shape()));
      backend().binary(Binary.MUL, y, y, w.expand(x.shape()));
      backend().binary(Binary.ADD, y, y, b.expand(x.shape()));
    }
  }

  /**
   * The gradient of the input. With c = x − mean(x), s = rsqrt(mean(c²) + eps) and g = dy · w: dx = s · (g −
   * c · s² · mean(g · c)), less its mean. dx may be dy.
   */
  default void layerNormBackwardInput(Tensor dx, Tensor x, Tensor w, Tensor dy, double eps) {
    try (var scratch = backend().scope("layerNormBackwardInput")) {
      var gradient = scratch.allocate(x.dtype(), x.shape());
      backend().rmsNormBackwardInput(gradient, centred(scratch, x), w, dy, eps);
      backend().copy(dx, centred(scratch, gradient));
    }
  }

  /** The gradient of the weight: dw(D) = Σ over rows of dy · c · rsqrt(mean(c²) + eps), c = x − mean(x). */
  default void layerNormBackwardWeight(Tensor dw, Tensor x, Tensor dy, double eps) {
    try (var scratch = backend().scope("layerNormBackwardWeight")) {
      backend().rmsNormBackwardWeight(dw, centred(scratch, x), dy, eps);
    }
  }

  private Tensor centred(Scope scratch, Tensor x) {
    var mean = scratch.allocate(x.dtype(), x.shape().with(-1, 1));
    backend().reduce(Reduction.SUM, mean, x);
    backend().affine(mean, mean, 1.0 / x.size(-1), 0);
    var centred = scratch.allocate(x.dtype(), x.shape());
    backend().binary(Binary.SUB, centred, x, mean.expand(x.shape()));
    return centred;
  }

  private Tensor rmsScale(Scope scratch, Tensor x, double eps) {
    var scale = scratch.allocate(x.dtype(), x.shape().with(-1, 1));
    var squares = scratch.allocate(x.dtype(), x.shape());
    backend().unary(Unary.SQUARE, squares, x);
    backend().reduce(Reduction.SUM, scale, squares);
    backend().affine(scale, scale, 1.0 / x.size(-1), eps);
    backend().unary(Unary.RSQRT, scale, scale);
    return scale;
  }
}
