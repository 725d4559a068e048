package linnet.tensor;

import java.util.ArrayList;
import java.util.List;

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
   * out(M,N1+N2+…) = a(M,K) · [b1(K,N1) b2(K,N2) …], otherwise as {@link #matmul}: several layers of one
   * input. A backend can do them at once.
   *
   * @throws IllegalArgumentException if the columns of all {@code bs} together are not those of {@code out}
   */
  default void matmulEach(Tensor out, Tensor a, List<Tensor> bs) {
    var parts = columnsOfEach(out, bs);
    for (int i = 0; i < parts.size(); i++) {
      matmul(parts.get(i), a, bs.get(i));
    }
  }

  /** The columns of {@code out} that belong to each of {@code bs}. */
  static List<Tensor> columnsOfEach(Tensor out, List<Tensor> bs) {
    int columns = bs.stream().mapToInt(b -> b.size(-1)).sum();
    if (columns != out.size(-1)) {
      throw new IllegalArgumentException("products side by side into " + out + ": the right operands have "
          + columns + " columns, expected " + out.size(-1));
    }
    var parts = new ArrayList<Tensor>(bs.size());
    int from = 0;
    for (var b : bs) {
      parts.add(out.slice(-1, from, from + b.size(-1)));
      from += b.size(-1);
    }
    return parts;
  }

  /**
   * out = a · b + c · d; otherwise as {@link #matmul}. With a thin second product, as in a linear layer with
   * a low-rank update, a backend can spare the second pass over the output.
   */
  default void matmulPair(Tensor out, Tensor a, Tensor b, Tensor c, Tensor d) {
    matmul(out, a, b);
    matmulAdd(out, c, d);
  }

  /**
   * out(M,N) = a(M,K) · b(K,N) + t(M,R) · d(R,N), with t = scale · a · c(K,R), which is kept: a linear layer
   * with a low-rank update and, with other operands, its gradient. A backend can spare a second pass over a
   * and out.
   */
  default void matmulLowRank(Tensor out, Tensor t, Tensor a, Tensor b, Tensor c, Tensor d, double scale) {
    matmul(t, a, c);
    if (scale != 1) {
      backend().affine(t, t, scale, 0);
    }
    matmulPair(out, a, b, t, d);
  }
}
