package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.ReductionKernels.Reduction;

/**
 * Causal grouped-query attention over {@link Segments rows of a flat batch}: q(T,H,D), k(S,G,D), v(S,G,D),
 * where query head h reads key/value head h·G/H. These definitions form one row's scores at a time; fast
 * backends go over tiles with an online softmax (Dao et al., "FlashAttention", 2022), in memory linear in the
 * row's length.
 */
public interface AttentionKernels extends Kernels {
  /**
   * out(T,H,D) = softmax(s) · v, of each query over the keys of its row that it sees, with the scores s of
   * {@link AttentionRule}.
   *
   * <p>A NaN in what a query sees, or in itself, is in its result; one in another row is not. Whether one that
   * the mask hides from a query, elsewhere in its row, is in its result is not promised: weighted with zero it is a
   * NaN by this definition, and fast backends pass over tiles of which no query sees anything.
   *
   * @param logSumExp (T,H), written: the logarithm of each softmax's denominator, for the backward pass
   */
  default void attention(Tensor out, Tensor logSumExp, Tensor q, Tensor k, Tensor v, Segments rows,
      AttentionRule rule) {
    int group = q.size(1) / k.size(1);
    for (int r = 0; r < rows.rows(); r++) {
      for (int h = 0; h < q.size(1); h++) {
        try (var scratch = backend().scope("attention")) {
          var p = scratch.allocate(q.dtype(), rows.queryStart(r + 1) - rows.queryStart(r),
              rows.keyStart(r + 1) - rows.keyStart(r));
          scores(p, queries(q, rows, r, h), keys(k, rows, r, h / group), rule);
          mask(p, rows, r, rule);
          var max = scratch.allocate(q.dtype(), p.size(0), 1);
          var sum = scratch.allocate(q.dtype(), p.size(0), 1);
          backend().reduce(Reduction.MAX, max, p);
          backend().binary(Binary.SUB, p, p, max.expand(p.shape()));
          backend().unary(Unary.EXP, p, p);
          backend().reduce(Reduction.SUM, sum, p);
          backend().binary(Binary.DIV, p, p, sum.expand(p.shape()));
          var result = scratch.allocate(q.dtype(), p.size(0), q.size(2));
          backend().matmul(result, p, keys(v, rows, r, h / group));
          backend().copy(queries(out, rows, r, h), result);
          backend().unary(Unary.LOG, sum, sum);
          backend().binary(Binary.ADD, sum, sum, max);
          backend().copy(logSumExp.slice(0, rows.queryStart(r), rows.queryStart(r + 1)).slice(1, h, h + 1),
              sum);
        }
      }
    }
  }

  /**
   * The gradients of {@link #attention}. With p = exp(s − logSumExp) and δ = Σ out·dOut (over D): dv =
   * pᵀ·dOut; ds = p · (dOut·vᵀ − δ), times the cap's slope, 1 − (s / softCap)², where scores are capped; dq =
   * scale · ds·k; dk = scale · dsᵀ·q; heads of one group add up.
   */
  default void attentionBackward(Tensor dq, Tensor dk, Tensor dv, Tensor dOut, Tensor out, Tensor logSumExp,
      Tensor q, Tensor k, Tensor v, Segments rows, AttentionRule rule) {
    int group = q.size(1) / k.size(1);
    backend().fill(dk, 0);
    backend().fill(dv, 0);
    for (int r = 0; r < rows.rows(); r++) {
      for (int h = 0; h < q.size(1); h++) {
        try (var scratch = backend().scope("attentionBackward")) {
          var qr = queries(q, rows, r, h);
          var kr = keys(k, rows, r, h / group);
          var g = queries(dOut, rows, r, h);
          var p = scratch.allocate(q.dtype(), qr.size(0), kr.size(0));
          scores(p, qr, kr, rule);
          var slope = rule.caps() ? new SoftCap(rule.softCap()).slope(p, scratch) : null;
          mask(p, rows, r, rule);
          var lse = logSumExp.slice(0, rows.queryStart(r), rows.queryStart(r + 1)).slice(1, h, h + 1);
          backend().binary(Binary.SUB, p, p, lse.expand(p.shape()));
          backend().unary(Unary.EXP, p, p);
          var products = scratch.allocate(q.dtype(), g.shape());
          var delta = scratch.allocate(q.dtype(), g.size(0), 1);
          backend().binary(Binary.MUL, products, queries(out, rows, r, h), g);
          backend().reduce(Reduction.SUM, delta, products);
          var part = scratch.allocate(q.dtype(), kr.shape());
          backend().matmul(part, p.transpose(), g);
          backend().addScaled(keys(dv, rows, r, h / group), part, 1);
          var ds = scratch.allocate(q.dtype(), p.shape());
          backend().matmul(ds, g, keys(v, rows, r, h / group).transpose());
          backend().binary(Binary.SUB, ds, ds, delta.expand(ds.shape()));
          backend().binary(Binary.MUL, ds, ds, p);
          if (slope != null) {
            backend().binary(Binary.MUL, ds, ds, slope);
          }
          backend().affine(ds, ds, rule.scale(), 0);
          backend().matmul(products, ds, kr);
          backend().copy(queries(dq, rows, r, h), products);
          backend().matmul(part, ds.transpose(), qr);
          backend().addScaled(keys(dk, rows, r, h / group), part, 1);
        }
      }
    }
  }

  /** p(Q,K) = scale · q·kᵀ, capped where the rule says so. */
  private void scores(Tensor p, Tensor q, Tensor k, AttentionRule rule) {
    backend().matmul(p, q, k.transpose());
    if (rule.caps()) {
      new SoftCap(rule.softCap()).apply(p, rule.scale());
    } else {
      backend().affine(p, p, rule.scale(), 0);
    }
  }

  /** Scores become minus infinity where the query may not look. */
  private void mask(Tensor p, Segments rows, int row, AttentionRule rule) {
    for (int i = 0; i < p.size(0); i++) {
      int end = rows.visible(row, i);
      int start = rule.firstSeen(end);
      var scores = p.slice(0, i, i + 1);
      if (start > 0) {
        backend().fill(scores.slice(1, 0, start), Double.NEGATIVE_INFINITY);
      }
      if (end < p.size(1)) {
        backend().fill(scores.slice(1, end, p.size(1)), Double.NEGATIVE_INFINITY);
      }
    }
  }

  private static Tensor queries(Tensor x, Segments rows, int row, int head) {
    return x.slice(0, rows.queryStart(row), rows.queryStart(row + 1)).select(1, head);
  }

  private static Tensor keys(Tensor x, Segments rows, int row, int head) {
    return x.slice(0, rows.keyStart(row), rows.keyStart(row + 1)).select(1, head);
  }
}
