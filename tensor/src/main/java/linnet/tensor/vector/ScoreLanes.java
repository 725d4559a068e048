package linnet.tensor.vector;

/**
 * What happens to attention's scores between two products, on arrays laid out as the products write and read
 * them.
 */
interface ScoreLanes {
  /** x *= scale, n elements from {@code at}. */
  void scale(float[] x, int at, float scale, int n);

  /** The largest of n ≥ 0 elements from {@code at}; −∞ of nothing, NaN if there is one. */
  float max(float[] x, int at, int n);

  /** x = exp(x − shift), x at most shift; returns Σ x in the lanes and the tree of {@link Tree}. */
  float expSum(float[] x, int at, float shift, int n);

  /** t = tanh(s), s = cap·t, n elements from {@code at} of both; t may be s. */
  void cap(float[] s, float[] t, int at, float cap, int n);

  /** t = p·(1 − t²), n elements from {@code at} of both: probabilities times the slopes of {@link #cap}. */
  void slopes(float[] t, float[] p, int at, int n);

  /**
   * Rows [first, end) of a panel of scores, a query of W keys each, become probabilities: s = exp(s −
   * logSumExp[row]).
   *
   * @param at of row 0
   * @param width W, whole vectors
   */
  void probabilities(float[] s, int at, int first, int end, int width, float[] logSumExp);

  /**
   * Rows [first, end) of a panel of gradients of probabilities become gradients of scores, g = p·(g −
   * delta[row]), and are written to rows {@link Panels#DEPTH} apart from {@code copyAt} as well.
   *
   * @param at of row 0, as is {@code copyAt}
   */
  void gradients(float[] g, float[] p, int at, int first, int end, int width, float[] delta,
      float[] copy, int copyAt);
}
