package linnet.tensor;

import java.util.List;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;

/** One update of parameters in place. */
public interface OptimizerKernels extends Kernels {
  /**
   * What one AdamW update needs to know.
   *
   * @param learningRate of this step
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param weightDecay decoupled: the parameter shrinks by learningRate · weightDecay first
   * @param step counted from 1, for the bias corrections
   * @param gradientScale the gradient is multiplied by it first: clipping and the division by trained tokens
   */
  record AdamWStep(double learningRate, double beta1, double beta2, double epsilon, double weightDecay,
      long step, double gradientScale) {}

  /** The operands of one {@link #adamW}. */
  record AdamWUpdate(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {}

  /** {@link #adamW} of each, no two of the same memory: a backend can do them at once. */
  default void adamWEach(List<AdamWUpdate> updates) {
    for (var update : updates) {
      adamW(update.parameter(), update.gradient(), update.m(), update.v(), update.step());
    }
  }

  /**
   * AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019) as PyTorch computes it:
   * p −= lr·decay·p; m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; p −= lr/(1−β₁ᵗ) · m / (√(v/(1−β₂ᵗ)) + ε).
   *
   * @param parameter updated; {@code gradient} is read; the moments {@code m} and {@code v} are updated;
   *     equal shapes
   */
  default void adamW(Tensor parameter, Tensor gradient, Tensor m, Tensor v, AdamWStep step) {
    try (var scratch = backend().scope("adamW")) {
      var g = scratch.allocate(parameter.dtype(), parameter.shape());
      backend().affine(g, gradient, step.gradientScale(), 0);
      backend().affine(parameter, parameter, 1 - step.learningRate() * step.weightDecay(), 0);
      backend().affine(m, m, step.beta1(), 0);
      backend().addScaled(m, g, 1 - step.beta1());
      backend().unary(Unary.SQUARE, g, g);
      backend().affine(v, v, step.beta2(), 0);
      backend().addScaled(v, g, 1 - step.beta2());
      backend().affine(g, v, 1 / (1 - Math.pow(step.beta2(), step.step())), 0);
      backend().unary(Unary.SQRT, g, g);
      backend().affine(g, g, 1, step.epsilon());
      backend().binary(Binary.DIV, g, m, g);
      backend().addScaled(parameter, g, -step.learningRate() / (1 - Math.pow(step.beta1(), step.step())));
    }
  }
}
