package linnet.nn.optim;

import static linnet.nn.Setting.require;

/**
 * The learning rate of each optimizer step, as transformers' schedules give it: step s of S, counted from 0,
 * uses {@code peak · factor(s)}. During W warm-up steps the factor is s / W, so step 0 of a warm-up has
 * rate 0.
 */
public sealed interface LearningRateSchedule {
  /** The highest rate. */
  double peak();

  /** Steps over which the rate rises from 0. */
  long warmupSteps();

  /** The rate's share of the peak when {@code done} of {@code total} steps after the warm-up are done. */
  double decay(long done, long total);

  /**
   * The learning rate of a step.
   *
   * @param step counted from 0
   * @param totalSteps of the whole training
   */
  default double at(long step, long totalSteps) {
    if (step < warmupSteps()) {
      return peak() * step / warmupSteps();
    }
    return peak() * Math.max(0, decay(step - warmupSteps(), Math.max(1, totalSteps - warmupSteps())));
  }

  /**
   * The peak from the warm-up on.
   *
   * @param peak the highest rate
   * @param warmupSteps steps over which it rises
   */
  record Constant(double peak, long warmupSteps) implements LearningRateSchedule {
    /** Checks the numbers. */
    public Constant {
      check(peak, warmupSteps);
    }

    @Override
    public double decay(long done, long total) {
      return 1;
    }
  }

  /**
   * A straight line to 0.
   *
   * @param peak the highest rate
   * @param warmupSteps steps over which it rises
   */
  record Linear(double peak, long warmupSteps) implements LearningRateSchedule {
    /** Checks the numbers. */
    public Linear {
      check(peak, warmupSteps);
    }

    @Override
    public double decay(long done, long total) {
      return (double) (total - done) / total;
    }
  }

  /**
   * Half a cosine to 0 (Loshchilov and Hutter, "SGDR", 2017).
   *
   * @param peak the highest rate
   * @param warmupSteps steps over which it rises
   */
  record Cosine(double peak, long warmupSteps) implements LearningRateSchedule {
    /** Checks the numbers. */
    public Cosine {
      check(peak, warmupSteps);
    }

    @Override
    public double decay(long done, long total) {
      return 0.5 * (1 + StrictMath.cos(Math.PI * done / total));
    }
  }

  private static void check(double peak, long warmupSteps) {
    require(peak >= 0 && Double.isFinite(peak), "learning rate", peak, "a number of at least 0");
    require(warmupSteps >= 0, "warm-up steps", warmupSteps, "at least 0");
  }
}
