package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/** The gated activation of Llama's MLP (Shazeer, "GLU Variants Improve Transformer", 2020); equal shapes. */
public interface GatedKernels extends Kernels {
  /** y = silu(gate) · up, where silu(g) = g · sigmoid(g). */
  default void swiGlu(Tensor y, Tensor gate, Tensor up) {
    backend().unary(Unary.SIGMOID, y, gate);
    backend().binary(Binary.MUL, y, y, gate);
    backend().binary(Binary.MUL, y, y, up);
  }

  /**
   * With s = sigmoid(gate): dGate = dy · up · s · (1 + gate · (1 − s)), dUp = dy · gate · s. Element-wise:
   * dGate and dUp may be any two of the operands.
   */
  default void swiGluBackward(Tensor dGate, Tensor dUp, Tensor gate, Tensor up, Tensor dy) {
    try (var scratch = backend().scope("swiGluBackward")) {
      var s = scratch.allocate(gate.dtype(), gate.shape());
      var slope = scratch.allocate(gate.dtype(), gate.shape());
      backend().unary(Unary.SIGMOID, s, gate);
      backend().affine(slope, s, -1, 1);
      backend().binary(Binary.MUL, slope, slope, gate);
      backend().affine(slope, slope, 1, 1);
      backend().binary(Binary.MUL, slope, slope, s);
      backend().binary(Binary.MUL, slope, slope, up);
      backend().binary(Binary.MUL, slope, slope, dy);
      backend().binary(Binary.MUL, s, gate, s);
      backend().binary(Binary.MUL, dUp, s, dy);
      backend().copy(dGate, slope);
    }
  }
}
