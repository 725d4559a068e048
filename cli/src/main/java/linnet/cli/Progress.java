package linnet.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import linnet.nn.json.Json;
import linnet.sft.train.TrainingEvent;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows a training run: a bar on a terminal, lines for some steps elsewhere, events for machines; and remembers
 * the losses for whoever draws them.
 */
final class Progress implements Consumer<TrainingEvent>, AutoCloseable {
  private static final int WIDTH = 100; // columns of the bar's line
  /** Where there is no bar, so many steps have a line each, then those that end so many seconds after the last line. */
  private static final int FIRST_STEPS = 10;
  private static final double PAUSE = 10;

  private final Output output;
  private final ProgressBar bar;
  private final List<TrainingEvent.Step> steps = new ArrayList<>();
  private final List<TrainingEvent.Validation> validations = new ArrayList<>();
  private double secondsToFirstStep = Double.NaN;
  private double seconds;
  private long tokens;
  private double secondsUntold;

  Progress(Output output, long stepsDone, long totalSteps) {
    this.output = output;
    bar = output.isJson() || !Terminal.isPresent() ? null : new ProgressBarBuilder().setTaskName("train")
        .setInitialMax(totalSteps).startsFrom(stepsDone, Duration.ZERO).setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(200).hideEta().setConsumer(new ConsoleProgressBarConsumer(System.out, WIDTH)).build();
  }

  List<TrainingEvent.Step> steps() {
    return steps;
  }

  List<TrainingEvent.Validation> validations() {
    return validations;
  }

  /** Real tokens per second over all steps but the first, in which the JVM compiles its kernels. */
  double tokensPerSecond() {
    return seconds == 0
        ? steps.stream().mapToDouble(TrainingEvent.Step::tokensPerSecond).findFirst().orElse(0)
        : tokens / seconds;
  }

  double secondsToFirstStep() {
    return secondsToFirstStep;
  }

  @Override
  public void accept(TrainingEvent event) {
    switch (event) {
      case TrainingEvent.Computing computing -> {
        secondsToFirstStep = ProcessClock.seconds();
        output.event("computing", Json.object().put("step", computing.step())
            .put("secondsToFirstStep", secondsToFirstStep));
      }
      case TrainingEvent.Step step -> show(step);
      case TrainingEvent.Validation validation -> show(validation);
    }
  }

  private void show(TrainingEvent.Step step) {
    if (!steps.isEmpty()) {
      seconds += step.seconds();
      tokens += step.tokens();
    }
    steps.add(step);
    if (bar != null) {
      bar.setExtraMessage(" loss %.4f, %.0f tokens/s, %s left%s".formatted(step.loss(), step.tokensPerSecond(),
          timeLeft(step), memory()));
      bar.step();
    } else if (isDue(step)) {
      output.say("step %d/%d  loss %.4f  norm %.3f  lr %.2e  %d tokens (%d trained)  %.0f tokens/s  %s left",
          step.step(), step.totalSteps(), step.loss(), step.gradientNorm(), step.learningRate(),
          step.tokens(), step.trainedTokens(), step.tokensPerSecond(), timeLeft(step));
    }
    output.event("step", Json.object().put("step", step.step()).put("totalSteps", step.totalSteps())
        .put("loss", step.loss()).put("learningRate", step.learningRate())
        .put("gradientNorm", step.gradientNorm())
        .put("tokens", step.tokens()).put("trainedTokens", step.trainedTokens())
        .put("seconds", step.seconds())
        .put("tokensPerSecond", step.tokensPerSecond()));
  }

  private boolean isDue(TrainingEvent.Step step) {
    secondsUntold += step.seconds();
    boolean due = steps.size() <= FIRST_STEPS || step.step() == step.totalSteps() || secondsUntold >= PAUSE;
    secondsUntold = due ? 0 : secondsUntold;
    return due;
  }

  private void show(TrainingEvent.Validation validation) {
    validations.add(validation);
    say("validation after %s: loss %.4f over %s", Counted.of(validation.step(), "step"), validation.loss(),
        Counted.of(validation.trainedTokens(), "trained token"));
    output.event("validation", Json.object().put("step", validation.step()).put("loss", validation.loss())
        .put("trainedTokens", validation.trainedTokens()));
  }

  private static String memory() {
    var bytes = PeakMemory.bytes();
    return bytes.isPresent() ? ", " + PeakMemory.text(bytes.getAsLong()) : "";
  }

  private String timeLeft(TrainingEvent.Step step) {
    double perStep = steps.size() < 2 ? step.seconds() : seconds / (steps.size() - 1);
    var left = Duration.ofSeconds(Math.round(perStep * (step.totalSteps() - step.step())));
    return left.toHours() > 0
        ? "%d:%02d:%02d".formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart())
        : "%d:%02d".formatted(left.toMinutes(), left.toSecondsPart());
  }

  /** A line for people, above the bar where there is one. */
  void say(String format, Object... args) {
    if (bar != null) {
      output.stream("\r" + " ".repeat(WIDTH) + "\r");
    }
    output.say(format, args);
  }

  /** Ends the bar's line. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
