package linnet.tensor;

/**
 * Element by element, over tensors of equal shape and any strides (broadcast operands come as {@link
 * Tensor#expand expanded} views). Floating dtypes; the vector backend computes in F32. What is no number
 * follows Java: NaN in, NaN out, except for comparisons.
 */
public interface ElementwiseKernels extends Kernels {
  /** A function of one number. */
  enum Unary {
    NEG, ABS, SIGN, EXP, LOG, SQRT, RSQRT, RECIPROCAL, SQUARE, TANH, SIGMOID, SIN, COS, RELU, ERF
  }

  /** A function of two numbers. {@code GREATER} and {@code EQUAL} give 1 or 0, and 0 if one is NaN. */
  enum Binary {
    ADD, SUB, MUL, DIV, MAX, MIN, POW, GREATER, EQUAL
  }

  /** out = value; integer dtypes too. */
  void fill(Tensor out, double value);

  /**
   * out = x, converted to the dtype of {@code out} (round to nearest even). {@code x} may be quantised, and
   * {@code out} then too if both are dense and of one dtype. Integers are copied to integers only.
   */
  void copy(Tensor out, Tensor x);

  /** out = f(x). */
  void unary(Unary f, Tensor out, Tensor x);

  /** out = f(a, b). */
  void binary(Binary f, Tensor out, Tensor a, Tensor b);

  /** out = x · scale + shift. */
  void affine(Tensor out, Tensor x, double scale, double shift);

  /** out += x · scale. */
  void addScaled(Tensor out, Tensor x, double scale);

  /**
   * Inverted dropout: out(T,D) = x(T,D) · mask / (1 − p), where the mask drops an element with probability
   * {@code p}. Element d of row t is kept iff {@code RandomKey(rowKeys[t]).uniform(d) >= p}, so that the same
   * keys draw the same mask in the backward pass, in a resumed run and on any device. The gradient is this
   * method on dy.
   *
   * @param p in [0, 1)
   * @param rowKeys one key per row, see {@link RandomKey#bits}
   */
  void dropout(Tensor out, Tensor x, double p, long[] rowKeys);
}
