package linnet.tensor;

/**
 * Matrix products. Operands may have any strides, so the three forms of a linear layer are views of one
 * primitive: {@code x·Wᵀ = matmul(x, w.transpose())}, {@code dy·W = matmul(dy, w)}, {@code dyᵀ·x =
 * matmul(dy.transpose(), x)}.
 */
public interface ContractionKernels extends Kernels {
  /**
   * out(…,M,N) = a(…,M,K) · b(…,K,N), leading dimensions equal (expanded ones too). {@code out} is F32 or F64
   * with dense rows; {@code a} is F32 or F64; {@code b} may have any floating dtype, a quantised one if it is
   * a view of whole stored rows or their transpose.
   */
  void matmul(Tensor out, Tensor a, Tensor b);

  /** out += a · b; otherwise as {@link #matmul}. */
  void matmulAdd(Tensor out, Tensor a, Tensor b);

  /**
   * out = a · b + c · d; otherwise as {@link #matmul}. With a thin second product, as in a linear layer with a low-rank
   * update, a backend can spare the second pass over the output.
   */
  default void matmulPair(Tensor out, Tensor a, Tensor b, Tensor c, Tensor d) {
    matmul(out, a, b);
    matmulAdd(out, c, d);
  }
}
