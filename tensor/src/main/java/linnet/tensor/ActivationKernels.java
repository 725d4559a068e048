package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/**
 * The Gaussian error linear unit (Hendrycks and Gimpel, 2016), x · Φ(x), exactly and in the form of tanh that
 * most models were trained with. Element by element, equal shapes; a gradient may be written onto an operand.
 */
public interface ActivationKernels extends Kernels {
  /** The cubic term of the form in tanh. */
  double CUBE = 0.044715;
  /** √(2/π). */
  double ROOT = Math.sqrt(2 / Math.PI);

  /** y = x/2 · (1 + erf(x / √2)). */
  default void gelu(Tensor y, Tensor x) {
    try (var scratch = backend().scope("gelu")) {
      backend().binary(Binary.MUL, y, x, normalBelow(scratch, x));
    }
  }

  /** dx = dy · (Φ(x) + x · φ(x)), where φ(x) = exp(−x²/2) / √(2π). */
  default void geluBackward(Tensor dx, Tensor x, Tensor dy) {
    try (var scratch = backend().scope("geluBackward")) {
      var slope = scratch.allocate(x.dtype(), x.shape());
      backend().unary(Unary.SQUARE, slope, x);
      backend().affine(slope, slope, -0.5, 0);
      backend().unary(Unary.EXP, slope, slope);
      backend().affine(slope, slope, 1 / Math.sqrt(2 * Math.PI), 0);
      backend().binary(Binary.MUL, slope, slope, x);
      backend().binary(Binary.ADD, slope, slope, normalBelow(scratch, x));
      backend().binary(Binary.MUL, dx, slope, dy);
    }
  }

  /** y = x/2 · (1 + tanh u) = x · sigmoid(2u), where u = √(2/π) · (x + 0.044715·x³). */
  default void geluTanh(Tensor y, Tensor x) {
    try (var scratch = backend().scope("geluTanh")) {
      backend().binary(Binary.MUL, y, x, gateOfTanh(scratch, x));
    }
  }

  /** With s = sigmoid(2u): dx = dy · (s + x · s · (1 − s) · 2u′), u′ = √(2/π) · (1 + 3·0.044715·x²). */
  default void geluTanhBackward(Tensor dx, Tensor x, Tensor dy) {
    try (var scratch = backend().scope("geluTanhBackward")) {
      var s = gateOfTanh(scratch, x);
      var slope = scratch.allocate(x.dtype(), x.shape());
      var rest = scratch.allocate(x.dtype(), x.shape());
      backend().unary(Unary.SQUARE, slope, x);
      backend().affine(slope, slope, 3 * CUBE * 2 * ROOT, 2 * ROOT);
      backend().affine(rest, s, -1, 1);
      backend().binary(Binary.MUL, rest, rest, s); // first what vanishes: x³ would be infinite before
      backend().binary(Binary.MUL, rest, rest, x);
      backend().binary(Binary.MUL, slope, slope, rest);
      backend().binary(Binary.ADD, slope, slope, s);
      backend().binary(Binary.MUL, dx, slope, dy);
    }
  }

  /** Φ(x). */
  private Tensor normalBelow(Scope scratch, Tensor x) {
    var below = scratch.allocate(x.dtype(), x.shape());
    backend().affine(below, x, Math.sqrt(0.5), 0);
    backend().unary(Unary.ERF, below, below);
    backend().affine(below, below, 0.5, 0.5);
    return below;
  }

  /** sigmoid(2u). */
  private Tensor gateOfTanh(Scope scratch, Tensor x) {
    var gate = scratch.allocate(x.dtype(), x.shape());
    backend().unary(Unary.SQUARE, gate, x);
    backend().affine(gate, gate, CUBE * 2 * ROOT, 2 * ROOT);
    backend().binary(Binary.MUL, gate, gate, x);
    backend().unary(Unary.SIGMOID, gate, gate);
    return gate;
  }
}
