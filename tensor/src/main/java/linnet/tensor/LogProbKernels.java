package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
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
    byChunks(out, h, w, null, Double.POSITIVE_INFINITY, targets);
  }

  /**
   * The gradients of {@link #logProbs}: with p = softmax(h·wᵀ) and e the one-hot targets, the logits'
   * gradient is dOut · (e − p); dh = that · w, and dw += thatᵀ · h.
   *
   * @param dh (T,D), overwritten
   * @param dw (V,D), added to; null if {@code w} is frozen, and then nothing is computed for it
   */
  default void logProbsBackward(Tensor dh, Tensor dw, Tensor dOut, Tensor h, Tensor w, Tensor targets) {
    byChunksBackward(dh, dw, null, dOut, h, w, null, Double.POSITIVE_INFINITY, targets);
  }

  /**
   * {@link #logProbs(Tensor, Tensor, Tensor, Tensor)} of a head with a bias, or with logits that are capped:
   * z = h·wᵀ + bias becomes softCap · tanh(z / softCap). Without either, it is that.
   *
   * @param bias (V), or null
   * @param softCap what logits stay below; infinite where they are as they are
   */
  default void logProbs(Tensor out, Tensor h, Tensor w, Tensor bias, double softCap, Tensor targets) {
    if (bias == null && !Double.isFinite(softCap)) {
      logProbs(out, h, w, targets);
    } else {
      byChunks(out, h, w, bias, softCap, targets);
    }
  }

  /**
   * The gradients of that. Where logits z are capped, their gradient is multiplied by the cap's slope, 1 −
   * (z / softCap)².
   *
   * @param dh (T,D), overwritten
   * @param dw (V,D), added to; null if {@code w} is frozen
   * @param dBias (V), added to; null if {@code bias} is frozen or null
   */
  default void logProbsBackward(Tensor dh, Tensor dw, Tensor dBias, Tensor dOut, Tensor h, Tensor w,
      Tensor bias, double softCap, Tensor targets) {
    if (bias == null && !Double.isFinite(softCap)) {
      logProbsBackward(dh, dw, dOut, h, w, targets);
    } else {
      byChunksBackward(dh, dw, dBias, dOut, h, w, bias, softCap, targets);
    }
  }

  private void byChunks(Tensor out, Tensor h, Tensor w, Tensor bias, double softCap, Tensor targets) {
    for (int from = 0; from < h.size(0); from += CHUNK) {
      int to = Math.min(from + CHUNK, h.size(0));
      try (var scratch = backend().scope("logProbs")) {
        var chunk = chunk(h.slice(0, from, to), w, bias, softCap, scratch);
        chunk.logSoftmaxAt(out.slice(0, from, to), targets.slice(0, from, to).toInts());
      }
    }
  }

  private void byChunksBackward(Tensor dh, Tensor dw, Tensor dBias, Tensor dOut, Tensor h, Tensor w,
      Tensor bias, double softCap, Tensor targets) {
    for (int from = 0; from < h.size(0); from += CHUNK) {
      int to = Math.min(from + CHUNK, h.size(0));
      try (var scratch = backend().scope("logProbsBackward")) {
        var rows = h.slice(0, from, to);
        var chunk = chunk(rows, w, bias, softCap, scratch);
        var gradients = chunk.logits();
        var slope = chunk.slope(softCap);
        chunk.toGradients(dOut.slice(0, from, to), targets.slice(0, from, to).toInts());
        if (slope != null) {
          backend().binary(Binary.MUL, gradients, gradients, slope);
        }
        multiplyBack(dh.slice(0, from, to), dw, rows, w, gradients);
        if (dBias != null) {
          chunk.addColumnSums(dBias, gradients);
        }
      }
    }
  }

  private LogitChunk chunk(Tensor h, Tensor w, Tensor bias, double softCap, Scope scratch) {
    var logits = scratch.allocate(h.dtype(), h.size(0), w.size(0));
    backend().matmul(logits, h, w.transpose());
    if (bias != null) {
      backend().binary(Binary.ADD, logits, logits, bias.expand(logits.shape()));
    }
    var chunk = new LogitChunk(logits, scratch);
    chunk.cap(softCap);
    return chunk;
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
        var rows = h.slice(0, from, to);
        var chunk = chunk(rows, w, null, Double.POSITIVE_INFINITY, scratch);
        var terms = scratch.allocate(h.dtype(), to - from);
        chunk.logSoftmaxAt(terms, ids);
        backend().binary(Binary.MUL, terms, terms, weights.slice(0, from, to));
        var sum = scratch.allocate(h.dtype(), 1);
        backend().reduce(Reduction.SUM, sum, terms);
        backend().addScaled(loss, sum, -1);
        if (dh != null) {
          var dOut = scratch.allocate(h.dtype(), to - from);
          backend().affine(dOut, weights.slice(0, from, to), -1, 0);
          chunk.toGradients(dOut, ids);
          multiplyBack(dh.slice(0, from, to), dw, rows, w, chunk.logits());
        }
      }
    }
  }

  private void multiplyBack(Tensor dh, Tensor dw, Tensor h, Tensor w, Tensor gradients) {
    backend().matmul(dh, gradients, w);
    if (dw != null) {
      backend().matmulAdd(dw, gradients.transpose(), h);
    }
  }
}
