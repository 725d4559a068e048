package linnet.tensor.vector;

import linnet.tensor.OptimizerKernels.AdamWStep;

/**
 * What one AdamW update multiplies by, computed in F64 and rounded to F32 once.
 *
 * @param gradient scales the gradient
 * @param shrink 1 − learning rate · decay
 * @param beta1 keeps of the first moment
 * @param take1 1 − beta1
 * @param beta2 keeps of the second moment
 * @param take2 1 − beta2
 * @param correction2 1 / (1 − beta2ᵗ)
 * @param epsilon added to the root
 * @param rate learning rate / (1 − beta1ᵗ)
 */
record AdamWFactors(float gradient, float shrink, float beta1, float take1, float beta2, float take2,
    float correction2, float epsilon, float rate) {
  static AdamWFactors of(AdamWStep s) {
    return new AdamWFactors((float) s.gradientScale(), (float) (1 - s.learningRate() * s.weightDecay()),
        (float) s.beta1(), (float) (1 - s.beta1()), (float) s.beta2(), (float) (1 - s.beta2()),
        (float) (1 / (1 - StrictMath.pow(s.beta2(), s.step()))), (float) s.epsilon(),
        (float) (s.learningRate() / (1 - StrictMath.pow(s.beta1(), s.step()))));
  }
}
