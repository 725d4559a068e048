package linnet.sft.train;

import static linnet.nn.Setting.require;

import linnet.nn.optim.LearningRateSchedule;

/**
 * What the loop needs to know besides model, data and optimizer.
 *
 * @param totalSteps optimizer steps of the whole run, at least 1
 * @param schedule the learning rate of each step
 * @param maxGradientNorm gradients are scaled down to this global norm; infinite to leave them as they are
 * @param microBatchTokens tokens that go through the model at once; bounds memory and changes no result
 *     beyond rounding
 * @param checkpointing whether layers are recomputed in the backward pass, for less memory and a third more
 *     work
 * @param seed of dropout
 * @param evalSteps steps between validations; 0 for only before the first step and after the last
 * @param saveSteps steps between saved training states; 0 for none
 */
public record TrainingSettings(long totalSteps, LearningRateSchedule schedule, double maxGradientNorm,
    int microBatchTokens, boolean checkpointing, long seed, long evalSteps, long saveSteps) {
  private static final int MICRO_BATCH_TOKENS = 1024;

  /**
   * What suits most runs: gradients clipped to norm 1, at most 1,024 tokens through the model at once,
   * validation before the first and after the last step, nothing saved on the way, seed 0.
   */
  public static TrainingSettings of(long totalSteps, LearningRateSchedule schedule) {
    return new TrainingSettings(totalSteps, schedule, 1, MICRO_BATCH_TOKENS, false, 0, 0, 0);
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range; the message names it
   */
  public TrainingSettings {
    require(totalSteps >= 1, "total steps", totalSteps, "at least 1");
    require(maxGradientNorm > 0, "largest gradient norm", maxGradientNorm, "a number above 0");
    require(microBatchTokens >= 1, "tokens of a micro-batch", microBatchTokens, "at least 1");
    require(evalSteps >= 0, "steps between validations", evalSteps, "at least 0");
    require(saveSteps >= 0, "steps between saved states", saveSteps, "at least 0");
  }
}
