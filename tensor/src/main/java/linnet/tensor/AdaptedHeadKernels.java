package linnet.tensor;

import linnet.tensor.ElementwiseKernels.Binary;

/**
 * The output head with a low-rank update of its weight, fused with log-softmax as {@link LogProbKernels} is:
 * logits exist for {@link LogProbKernels#CHUNK} rows at a time, and the weight is never copied.
 */
public interface AdaptedHeadKernels extends Kernels {
  /**
   * What logits are made of: z(T,V) = (h(T,D)·wᵀ + u(T,R)·b(V,R)ᵀ) ∘ factor(V) + rest(T,D)·wᵀ + bias(V),
   * capped to softCap · tanh(z / softCap).
   *
   * @param w (V,D), of any floating dtype
   * @param b (V,R)
   * @param factor (V), or null for ones
   * @param bias (V), or null
   * @param softCap what logits stay below; infinite where they are as they are
   */
  record AdaptedHead(Tensor w, Tensor b, Tensor factor, Tensor bias, double softCap) {}

  /**
   * What a head is given for each token, or the gradients of that, overwritten.
   *
   * @param h (T,D)
   * @param u (T,R)
   * @param rest (T,D), or null
   */
  record HeadInputs(Tensor h, Tensor u, Tensor rest) {
    private HeadInputs slice(int from, int to) {
      return new HeadInputs(h.slice(0, from, to), u.slice(0, from, to),
          rest == null ? null : rest.slice(0, from, to));
    }
  }

  /**
   * The gradients of a head's own parts, added to; null where one is not wanted.
   *
   * @param dw (V,D)
   * @param db (V,R)
   * @param dFactor (V)
   * @param dBias (V)
   */
  record AdaptedHeadGradients(Tensor dw, Tensor db, Tensor dFactor, Tensor dBias) {}

  /** out(T)[t] = log softmax(z[t])[targets[t]]. */
  default void adaptedLogProbs(Tensor out, HeadInputs inputs, AdaptedHead head, Tensor targets) {
    for (int from = 0; from < out.size(0); from += LogProbKernels.CHUNK) {
      int to = Math.min(from + LogProbKernels.CHUNK, out.size(0));
      try (var scratch = backend().scope("adaptedLogProbs")) {
        var chunk = products(inputs.slice(from, to), head, scratch);
        finish(chunk, inputs.slice(from, to), head);
        chunk.logSoftmaxAt(out.slice(0, from, to), targets.slice(0, from, to).toInts());
      }
    }
  }

  /**
   * The gradients of that. With dz = dOut · (onehot − softmax), times the cap's slope, and dp = dz ∘ factor:
   * dh = dp·w, du = dp·b, drest = dz·w, db += dpᵀ·u, dw += dpᵀ·h + dzᵀ·rest, dfactor += Σ dz ∘ (h·wᵀ +
   * u·bᵀ), dbias += Σ dz.
   *
   * @param dInputs overwritten
   */
  default void adaptedLogProbsBackward(HeadInputs dInputs, AdaptedHeadGradients gradients, Tensor dOut,
      HeadInputs inputs, AdaptedHead head, Tensor targets) {
    for (int from = 0; from < dOut.size(0); from += LogProbKernels.CHUNK) {
      int to = Math.min(from + LogProbKernels.CHUNK, dOut.size(0));
      try (var scratch = backend().scope("adaptedLogProbsBackward")) {
        chunkBackward(dInputs.slice(from, to), gradients, dOut.slice(0, from, to), inputs.slice(from, to),
            head, targets.slice(0, from, to).toInts(), scratch);
      }
    }
  }

  private void chunkBackward(HeadInputs dInputs, AdaptedHeadGradients gradients, Tensor dOut,
      HeadInputs inputs, AdaptedHead head, int[] ids, Scope scratch) {
    var chunk = products(inputs, head, scratch);
    var dz = chunk.logits();
    var products = gradients.dFactor() == null ? null : scratch.allocate(dz.dtype(), dz.shape());
    if (products != null) {
      backend().copy(products, dz);
    }
    finish(chunk, inputs, head);
    var slope = chunk.slope(head.softCap());
    chunk.toGradients(dOut, ids);
    if (slope != null) {
      backend().binary(Binary.MUL, dz, dz, slope);
    }
    if (gradients.dBias() != null) {
      chunk.addColumnSums(gradients.dBias(), dz);
    }
    if (inputs.rest() != null) {
      backend().matmul(dInputs.rest(), dz, head.w());
      if (gradients.dw() != null) {
        backend().matmulAdd(gradients.dw(), dz.transpose(), inputs.rest());
      }
    }
    if (products != null) {
      backend().binary(Binary.MUL, products, products, dz);
      chunk.addColumnSums(gradients.dFactor(), products);
    }
    if (head.factor() != null) {
      backend().binary(Binary.MUL, dz, dz, head.factor().expand(dz.shape()));
    }
    backend().matmul(dInputs.h(), dz, head.w());
    backend().matmul(dInputs.u(), dz, head.b());
    if (gradients.dw() != null) {
      backend().matmulAdd(gradients.dw(), dz.transpose(), inputs.h());
    }
    if (gradients.db() != null) {
      backend().matmulAdd(gradients.db(), dz.transpose(), inputs.u());
    }
  }

  /** h·wᵀ + u·bᵀ. */
  private LogitChunk products(HeadInputs inputs, AdaptedHead head, Scope scratch) {
    var logits = scratch.allocate(inputs.h().dtype(), inputs.h().size(0), head.w().size(0));
    backend().matmulPair(logits, inputs.h(), head.w().transpose(), inputs.u(), head.b().transpose());
    return new LogitChunk(logits, scratch);
  }

  /** Makes the logits of those products. */
  private void finish(LogitChunk chunk, HeadInputs inputs, AdaptedHead head) {
    var z = chunk.logits();
    if (head.factor() != null) {
      backend().binary(Binary.MUL, z, z, head.factor().expand(z.shape()));
    }
    if (inputs.rest() != null) {
      backend().matmulAdd(z, inputs.rest(), head.w().transpose());
    }
    if (head.bias() != null) {
      backend().binary(Binary.ADD, z, z, head.bias().expand(z.shape()));
    }
    chunk.cap(head.softCap());
  }
}
