package linnet.nn.optim;

import static linnet.nn.Setting.require;

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
   * @throws IllegalArgumentException if a number is out of its range; the message names it
   */
  public AdamWConfig {
    require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "a number in [0, 1)");
    require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "a number in [0, 1)");
    require(epsilon >= 0 && Double.isFinite(epsilon), "epsilon", epsilon, "a number of at least 0");
    require(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay,
        "a number of at least 0");
  }

  /** PyTorch's betas and epsilon, with the given decay. */
  public static AdamWConfig withDecay(double weightDecay) {
    return new AdamWConfig(0.9, 0.999, 1e-8, weightDecay);
  }
}
