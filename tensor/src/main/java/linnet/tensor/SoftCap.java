package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Unary;

/**
 * What keeps scores and logits below a cap, softCap · tanh(x / softCap), made of the simple primitives.
 *
 * @param cap softCap
 */
record SoftCap(double cap) {
  /** Replaces every x by the cap of scale · x. */
  void apply(Tensor x, double scale) {
    x.backend().affine(x, x, scale / cap, 0);
    x.backend().unary(Unary.TANH, x, x);
    x.backend().affine(x, x, cap, 0);
  }

  /** The slope where the capped values are y: 1 − (y / softCap)². */
  Tensor slope(Tensor y, Scope scratch) {
    var slope = scratch.allocate(y.dtype(), y.shape());
    y.backend().affine(slope, y, 1 / cap, 0);
    y.backend().unary(Unary.SQUARE, slope, slope);
    y.backend().affine(slope, slope, -1, 1);
    return slope;
  }
}
