package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.ReductionKernels.Reduction;

/** Matrices with a low-rank update, looked at some rows at a time: the sum never exists as a whole. */
public interface UpdateKernels extends Kernels {
  /** Elements of the sum that exist at once, unless one row has more. Part of the definition. */
  int BLOCK = 1 << 18;

  /**
   * The lengths of the rows or columns of w(M,N) + scale · left(M,R)·right(R,N), but at least the smallest
   * normal F32, so that they can be divided by: a row of zeros has a direction as little as a length.
   *
   * @param norms overwritten: (M) if {@code along} is 1, (N) if it is 0
   * @param w of any floating dtype; a quantised one row by row
   * @param along the dimension that squares are summed over
   */
  default void updatedNorms(Tensor norms, Tensor w, Tensor left, Tensor right, double scale, int along) {
    int rows = w.size(0);
    int columns = w.size(1);
    int block = Math.max(1, Math.min(rows, BLOCK / Math.max(1, columns)));
    if (along == 0) {
      backend().fill(norms, 0);
    }
    try (var scratch = backend().scope("updatedNorms")) {
      var sums = scratch.allocate(norms.dtype(), block, columns);
      var scaled = scratch.allocate(norms.dtype(), block, left.size(1));
      var partial = scratch.allocate(norms.dtype(), 1, columns);
      for (int from = 0; from < rows; from += block) {
        int to = Math.min(from + block, rows);
        var sum = sums.slice(0, 0, to - from);
        var thin = scaled.slice(0, 0, to - from);
        backend().copy(sum, w.slice(0, from, to));
        backend().affine(thin, left.slice(0, from, to), scale, 0);
        backend().matmulAdd(sum, thin, right);
        backend().unary(Unary.SQUARE, sum, sum);
        if (along == 1) {
          backend().reduce(Reduction.SUM, norms.slice(0, from, to).reshape(to - from, 1), sum);
        } else {
          backend().reduce(Reduction.SUM, partial, sum);
          backend().addScaled(norms, partial.reshape(columns), 1);
        }
      }
    }
    backend().unary(Unary.SQRT, norms, norms);
    try (var scratch = backend().scope("updatedNorms")) {
      var least = scratch.allocate(norms.dtype(), 1);
      backend().fill(least, Float.MIN_NORMAL);
      backend().binary(Binary.MAX, norms, norms, least.expand(norms.shape()));
    }
  }
}
