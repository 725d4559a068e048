package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;

/**
 * Rotary position embedding (Su et al., "RoFormer", 2021) in the half-split layout of Hugging Face
 * checkpoints: feature i of a head is paired with feature i + R/2, where R ≤ D is the rotated part; the rest
 * passes through.
 */
public interface RotaryKernels extends Kernels {
  /**
   * y(T,H,D): each pair (a, b) of token t turned by its angle, (a·cos − b·sin, b·cos + a·sin).
   *
   * @param cos (T, R/2), the cosine of each token's angles
   * @param sin (T, R/2)
   */
  default void rope(Tensor y, Tensor x, Tensor cos, Tensor sin) {
    rotate(y, x, cos, sin, Binary.SUB, Binary.ADD);
  }

  /** The gradient of {@link #rope}, and its inverse: dx is dy turned back. dx may be dy. */
  default void ropeBackward(Tensor dx, Tensor dy, Tensor cos, Tensor sin) {
    rotate(dx, dy, cos, sin, Binary.ADD, Binary.SUB);
  }

  private void rotate(Tensor y, Tensor x, Tensor cos, Tensor sin, Binary first, Binary second) {
    int half = cos.size(1);
    try (var scratch = backend().scope("rope")) {
      var a = x.slice(-1, 0, half);
      var b = x.slice(-1, half, 2 * half);
      var c = cos.reshape(cos.size(0), 1, half).expand(a.shape());
      var s = sin.reshape(sin.size(0), 1, half).expand(a.shape());
      var straight = scratch.allocate(x.dtype(), a.shape());
      var crossed = scratch.allocate(x.dtype(), a.shape());
      var turned = scratch.allocate(x.dtype(), a.shape());
      backend().binary(Binary.MUL, straight, a, c);
      backend().binary(Binary.MUL, crossed, b, s);
      backend().binary(first, turned, straight, crossed);
      backend().binary(Binary.MUL, straight, b, c);
      backend().binary(Binary.MUL, crossed, a, s);
      backend().binary(second, y.slice(-1, half, 2 * half), straight, crossed);
      backend().copy(y.slice(-1, 0, half), turned);
      if (2 * half < x.size(-1)) {
        backend().copy(y.slice(-1, 2 * half, x.size(-1)), x.slice(-1, 2 * half, x.size(-1)));
      }
    }
  }
}
