package linnet.cli;

import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.LearningRateSchedule;
import picocli.CommandLine.Option;

/** How gradients become updates. */
final class OptimizerOptions {
  /** What the learning rate does after the warm-up. */
  enum Schedule {
    constant, linear, cosine
  }

  @Option(names = {"--lr", "--learning-rate"}, paramLabel = "RATE",
      description = "Highest learning rate (default: 2e-4 for adapters, 2e-5 with --full, 1e-3 for pretrain).")
  private Double learningRate;

  @Option(names = "--schedule", defaultValue = "linear", paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}, after the warm-up (default: ${DEFAULT-VALUE}).")
  private Schedule schedule;

  @Option(names = "--warmup-steps", defaultValue = "0", paramLabel = "N",
      description = "Steps in which the rate rises from 0 (default: ${DEFAULT-VALUE}).")
  private long warmupSteps;

  @Option(names = "--weight-decay", defaultValue = "0", paramLabel = "D",
      description = "AdamW's decoupled decay; norms and biases are spared (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(names = "--beta1", defaultValue = "0.9", paramLabel = "B",
      description = "Decay of AdamW's first moment (default: ${DEFAULT-VALUE}).")
  private double beta1;

  @Option(names = "--beta2", defaultValue = "0.999", paramLabel = "B",
      description = "Decay of AdamW's second moment (default: ${DEFAULT-VALUE}).")
  private double beta2;

  @Option(names = "--max-grad-norm", defaultValue = "1", paramLabel = "N",
      description = "Gradients are scaled down to this norm; 0 leaves them as they are"
          + " (default: ${DEFAULT-VALUE}).")
  private double maxGradientNorm;

  /** Refuses what is out of range, before any work is done. */
  void check() {
    UserException.require(learningRate == null || isFiniteFromZero(learningRate), "--lr", learningRate,
        "a finite number of at least 0");
    UserException.requireAtLeast(0, "--warmup-steps", warmupSteps);
    UserException.require(isFiniteFromZero(weightDecay), "--weight-decay", weightDecay,
        "a finite number of at least 0");
    UserException.require(beta1 >= 0 && beta1 < 1, "--beta1", beta1, "a number of at least 0, below 1");
    UserException.require(beta2 >= 0 && beta2 < 1, "--beta2", beta2, "a number of at least 0, below 1");
    UserException.require(maxGradientNorm >= 0, "--max-grad-norm", maxGradientNorm, "a number of at least 0");
  }

  private static boolean isFiniteFromZero(double number) {
    return number >= 0 && Double.isFinite(number);
  }

  AdamWConfig adamW() {
    return new AdamWConfig(beta1, beta2, 1e-8, weightDecay);
  }

  LearningRateSchedule schedule(double defaultRate) {
    double rate = learningRate == null ? defaultRate : learningRate;
    return switch (schedule) {
      case constant -> new LearningRateSchedule.Constant(rate, warmupSteps);
      case linear -> new LearningRateSchedule.Linear(rate, warmupSteps);
      case cosine -> new LearningRateSchedule.Cosine(rate, warmupSteps);
    };
  }

  /** Tells that the rate would never be what was asked for. */
  void tellWarmup(Output output, long totalSteps) {
    if (warmupSteps >= totalSteps) {
      Notices.print(output, "--warmup-steps " + warmupSteps + " is no less than the " + Counted.of(totalSteps, "step")
          + " of this run, so the rate only rises and does not reach --lr; give fewer, or train longer");
    }
  }

  double maxGradientNorm() {
    return maxGradientNorm == 0 ? Double.POSITIVE_INFINITY : maxGradientNorm;
  }
}
