package linnet.nn.optim;

/**
 * The hyper-parameters of AdamW that hold for the whole training.
 *
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled from the gradient: a step shrinks parameters by learning rate · this
 */
public record AdamWConfig(double beta1, double beta2, double epsilon, double weightDecay) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public AdamWConfig {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException("beta1, beta2: found " + beta1 + " and " + beta2
          + ", expected numbers in [0, 1)");
    }
    if (!(epsilon >= 0 && weightDecay >= 0 && epsilon + weightDecay < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("epsilon, weight decay: found " + epsilon + " and " + weightDecay
          + ", expected finite numbers of at least 0");
    }
  }

  /** PyTorch's betas and epsilon, with the given decay. */
  public static AdamWConfig withDecay(double weightDecay) {
    return new AdamWConfig(0.9, 0.999, 1e-8, weightDecay);
  }
}
