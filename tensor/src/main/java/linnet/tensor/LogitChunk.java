package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.ReductionKernels.Reduction;

/**
 * The logits of some rows, which exist only as long as a head works on them: what the definitions of {@link
 * LogProbKernels} and {@link AdaptedHeadKernels} share.
 *
 * @param logits (T,V), changed in place
 * @param scratch where temporaries lie
 */
record LogitChunk(Tensor logits, Scope scratch) {
  private Backend backend() {
    return scratch.backend();
  }

  /** Caps every logit z to softCap · tanh(z / softCap); an infinite cap changes nothing. */
  void cap(double softCap) {
    if (Double.isFinite(softCap)) {
      new SoftCap(softCap).apply(logits, 1);
    }
  }

  /** The slope of the cap at capped logits, 1 − (z / softCap)²; null where nothing is capped. */
  Tensor slope(double softCap) {
    return Double.isFinite(softCap) ? new SoftCap(softCap).slope(logits, scratch) : null;
  }

  /** out(T)[t] = log softmax(logits[t])[ids[t]]. */
  void logSoftmaxAt(Tensor out, int[] ids) {
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

  /** Turns the logits into their gradients, in place: dOut · (onehot − softmax). */
  void toGradients(Tensor dOut, int[] ids) {
    var weight = dOut.reshape(ids.length, 1);
    backend().softmax(logits, logits);
    backend().binary(Binary.MUL, logits, logits, weight.expand(logits.shape()));
    backend().affine(logits, logits, -1, 0);
    for (int i = 0; i < ids.length; i++) {
      var entry = logits.slice(0, i, i + 1).slice(1, ids[i], ids[i] + 1);
      backend().addScaled(entry, weight.slice(0, i, i + 1), 1);
    }
  }

  /** Adds the sum of {@code terms(T,V)} over the rows to {@code sum(V)}. */
  void addColumnSums(Tensor sum, Tensor terms) {
    var row = scratch.allocate(terms.dtype(), 1, terms.size(1));
    backend().reduce(Reduction.SUM, row, terms);
    backend().addScaled(sum, row.reshape(terms.size(1)), 1);
  }
}
