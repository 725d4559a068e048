package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.ReductionKernels.Reduction;

/**
 * The output head fused with log-softmax at one target per row: h(T,D), w(V,D), targets(T) I32. Logits exist
 * for {@link #CHUNK} rows at a time, so that nothing of size T × V is ever allocated.
 */
public interface LogProbKernels extends Kernels {
  /** Rows whose logits exist at once. Part of the definition: sums over rows are combined chunk by chunk. */
  int CHUNK = 256;

  /** out(T)[t] = log softmax(h[t]·wᵀ)[targets[t]]. */
  default void logProbs(Tensor out, Tensor h, Tensor w, Tensor targets) {
    for (int from = 0; from < h.size(0); from += CHUNK) {
      int to = Math.min(from + CHUNK, h.size(0));
      try (var scratch = backend().scope("logProbs")) {
        var logits = scratch.allocate(h.dtype(), to - from, w.size(0));
        backend().matmul(logits, h.slice(0, from, to), w.transpose());
        int[] ids = targets.slice(0, from, to).toInts();
        logSoftmaxAt(out.slice(0, from, to), logits, ids, scratch);
      }
    }
  }

  /**
   * The gradients of {@link #logProbs}: with p = softmax(h·wᵀ) and e the one-hot targets, the logits'
   * gradient is dOut · (e − p); dh = that · w, and dw += thatᵀ · h.
   *
   * @param dh (T,D), overwritten
   * @param dw (V,D), added to; null if {@code w} is frozen, and then nothing is computed for it
   */
  default void logProbsBackward(Tensor dh, Tensor dw, Tensor dOut, Tensor h, Tensor w, Tensor targets) {
    for (int from = 0; from < h.size(0); from += CHUNK) {
      int to = Math.min(from + CHUNK, h.size(0));
      try (var scratch = backend().scope("logProbsBackward")) {
        var logits = scratch.allocate(h.dtype(), to - from, w.size(0));
        backend().matmul(logits, h.slice(0, from, to), w.transpose());
        backwardChunk(dh, dw, dOut, h, w, targets.slice(0, from, to).toInts(), from, logits);
      }
    }
  }

  /**
   * The weighted negative log-likelihood and its gradients in one pass over the chunks:
   * loss = − Σ weights[t] · logProb[t].
   *
   * @param loss (1), overwritten
   * @param dh (T,D), overwritten: the gradient of the loss; null if it is not wanted
   * @param dw (V,D), added to; null if {@code w} is frozen
   * @param weights (T)
   */
  default void crossEntropy(Tensor loss, Tensor dh, Tensor dw, Tensor h, Tensor w, Tensor targets,
      Tensor weights) {
    backend().fill(loss, 0);
    for (int from = 0; from < h.size(0); from += CHUNK) {
      int to = Math.min(from + CHUNK, h.size(0));
      try (var scratch = backend().scope("crossEntropy")) {
        int[] ids = targets.slice(0, from, to).toInts();
        var logits = scratch.allocate(h.dtype(), to - from, w.size(0));
        backend().matmul(logits, h.slice(0, from, to), w.transpose());
        var terms = scratch.allocate(h.dtype(), to - from);
        logSoftmaxAt(terms, logits, ids, scratch);
        backend().binary(Binary.MUL, terms, terms, weights.slice(0, from, to));
        var sum = scratch.allocate(h.dtype(), 1);
        backend().reduce(Reduction.SUM, sum, terms);
        backend().addScaled(loss, sum, -1);
        if (dh != null) {
          var dOut = scratch.allocate(h.dtype(), h.size(0));
          backend().affine(dOut, weights, -1, 0);
          backwardChunk(dh, dw, dOut, h, w, ids, from, logits);
        }
      }
    }
  }

  private void logSoftmaxAt(Tensor out, Tensor logits, int[] ids, Scope scratch) {
    var max = scratch.allocate(logits.dtype(), logits.size(0), 1);
    var sum = scratch.allocate(logits.dtype(), logits.size(0), 1);
    var shifted = scratch.allocate(logits.dtype(), logits.shape());
    backend().reduce(Reduction.MAX, max, logits);
    backend().binary(Binary.SUB, shifted, logits, max.expand(logits.shape()));
    backend().unary(Unary.EXP, shifted, shifted);
    backend().reduce(Reduction.SUM, sum, shifted);
    backend().unary(Unary.LOG, sum, sum);
    backend().binary(Binary.ADD, sum, sum, max);
    for (int i = 0; i < ids.length; i++) {
      var row = out.slice(0, i, i + 1);
      backend().copy(row, logits.select(0, i).slice(0, ids[i], ids[i] + 1));
      backend().binary(Binary.SUB, row, row, sum.select(0, i));
    }
  }

  /** Turns a chunk's logits into their gradients, in place, and multiplies back. */
  private void backwardChunk(Tensor dh, Tensor dw, Tensor dOut, Tensor h, Tensor w, int[] ids, int from,
      Tensor logits) {
    int to = from + ids.length;
    var weight = dOut.slice(0, from, to).reshape(ids.length, 1);
    backend().softmax(logits, logits);
    backend().binary(Binary.MUL, logits, logits, weight.expand(logits.shape()));
    backend().affine(logits, logits, -1, 0);
    for (int i = 0; i < ids.length; i++) {
      var entry = logits.slice(0, i, i + 1).slice(1, ids[i], ids[i] + 1);
      backend().addScaled(entry, weight.slice(0, i, i + 1), 1);
    }
    backend().matmul(dh.slice(0, from, to), logits, w);
    if (dw != null) {
      backend().matmulAdd(dw, logits.transpose(), h.slice(0, from, to));
    }
  }
}
