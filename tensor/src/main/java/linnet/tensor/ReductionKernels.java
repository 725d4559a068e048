package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/** Many elements to one, in an order that depends on shapes alone. */
public interface ReductionKernels extends Kernels {
  /** What is combined. */
  enum Reduction {
    SUM, MAX
  }

  /**
   * Reduces {@code x} to the shape of {@code out}: same rank, size 1 wherever a dimension is reduced. Nothing
   * sums to 0 and has the maximum −∞; the maximum with a NaN is NaN.
   */
  void reduce(Reduction f, Tensor out, Tensor x);

  /** The sum of the squares of all elements, combined in F64. */
  double sumOfSquares(Tensor x);

  /** Whether no element is infinite or not a number. */
  boolean allFinite(Tensor x);

  /** Softmax over the last dimension: y = exp(x − max) / Σ exp(x − max). Rows dense. */
  default void softmax(Tensor y, Tensor x) {
    try (var scratch = backend().scope("softmax")) {
      var row = scratch.allocate(x.dtype(), x.shape().with(-1, 1));
      reduce(Reduction.MAX, row, x);
      backend().binary(Binary.SUB, y, x, row.expand(x.shape()));
      backend().unary(Unary.EXP, y, y);
      reduce(Reduction.SUM, row, y);
      backend().binary(Binary.DIV, y, y, row.expand(x.shape()));
    }
  }

  /** dx = y · (dy − Σ y·dy), the sum over the last dimension. */
  default void softmaxBackward(Tensor dx, Tensor y, Tensor dy) {
    try (var scratch = backend().scope("softmaxBackward")) {
      var row = scratch.allocate(y.dtype(), y.shape().with(-1, 1));
      backend().binary(Binary.MUL, dx, y, dy);
      reduce(Reduction.SUM, row, dx);
      backend().binary(Binary.SUB, dx, dy, row.expand(y.shape()));
      backend().binary(Binary.MUL, dx, dx, y);
    }
  }
}
