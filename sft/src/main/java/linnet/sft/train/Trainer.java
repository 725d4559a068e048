package linnet.sft.train;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import linnet.autograd.NonFiniteException;
import linnet.nn.model.CausalLm;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.GradientClipping;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.DataException;
import linnet.sft.data.EncodedRow;
import linnet.sft.data.MicroBatch;
import linnet.sft.data.StepBatch;
import linnet.tensor.RandomKey;

/**
 * The loop. Each step adds up the gradients of the token-summed loss over its micro-batches, divides once by
 * the number of trained tokens, clips, and updates. It depends on data and settings only, never on threads,
 * memory or time, so that a run that was stopped and resumed ends with the bits of one that was not.
 */
public final class Trainer {
  private static final String NOT_UPDATED = "Nothing was updated with it.";

  private final CausalLm model;
  private final AdamW optimizer;
  private final BatchSchedule data;
  private final List<EncodedRow> validation;
  private final TrainingSettings settings;
  private final Consumer<TrainingEvent> listener;
  private final Consumer<TrainingProgress> saver;
  private volatile boolean stopRequested;
  private boolean computing;

  /**
   * A loop over {@code data}.
   *
   * @param optimizer updates the trainable parameters of {@code model}
   * @param validation rows that are scored and never trained on; may be empty
   * @param listener is told of every event
   * @param saver saves the training state when it is due; parameters and moments stand still while it does
   */
  public Trainer(CausalLm model, AdamW optimizer, BatchSchedule data, List<EncodedRow> validation,
      TrainingSettings settings, Consumer<TrainingEvent> listener, Consumer<TrainingProgress> saver) {
    this.model = model;
    this.optimizer = optimizer;
    this.data = data;
    this.validation = List.copyOf(validation);
    this.settings = settings;
    this.listener = listener;
    this.saver = saver;
  }

  /** A loop over {@code data} without validation and without saved states. */
  public Trainer(CausalLm model, AdamW optimizer, BatchSchedule data, TrainingSettings settings,
      Consumer<TrainingEvent> listener) {
    this(model, optimizer, data, List.of(), settings, listener, progress -> { });
  }

  /** Asks the loop to end after the step that runs now; may be called from any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Trains from the beginning, as {@link #run(TrainingProgress)} does.
   *
   * @return where the run stands in the end
   * @throws DivergenceException if a loss, a gradient or an updated parameter is not finite
   * @throws DataException if the rows of a step have no token to train
   */
  public TrainingProgress run() {
    return run(TrainingProgress.start(settings.seed(), Map.of()));
  }

  /**
   * Trains from {@code progress} to the last step, or until {@link #requestStop}.
   *
   * @return where the run stands then
   * @throws DivergenceException if a loss, a gradient or an updated parameter is not finite
   * @throws DataException if the rows of a step have no token to train
   */
  public TrainingProgress run(TrainingProgress progress) {
    if (progress.step() == 0) {
      validate(0);
    }
    var current = progress;
    while (current.step() < settings.totalSteps() && !stopRequested) {
      var batch = data.at(current.position());
      step(current.step(), batch);
      current = current.after(batch.next());
      boolean last = current.step() == settings.totalSteps();
      if (last || isDue(current.step(), settings.evalSteps())) {
        validate(current.step());
      }
      if (isDue(current.step(), settings.saveSteps()) && !last) {
        saver.accept(current);
      }
    }
    return current;
  }

  private static boolean isDue(long step, long interval) {
    return interval > 0 && step % interval == 0;
  }

  private void step(long stepsDone, StepBatch batch) {
    long start = System.nanoTime();
    long step = stepsDone + 1;
    var micros = micros(stepsDone, batch);
    if (micros.isEmpty()) {
      throw new DataException("step " + step + ": found no token to train in the rows of lines "
          + lines(batch.rows()) + ", expected at least one in each step: leave such rows out");
    }
    optimizer.clearGradients();
    double sum = 0;
    long trained = 0;
    for (var micro : micros) {
      announce(step);
      sum += accumulate(micro, step);
      trained += micro.targets().length;
    }
    double norm = GradientClipping.globalNorm(optimizer.params()) / trained;
    if (!Double.isFinite(norm)) {
      throw gradientDiverged(step, norm, micros);
    }
    double rate = settings.schedule().at(stepsDone, settings.totalSteps());
    optimizer.step(rate, GradientClipping.scale(norm, settings.maxGradientNorm()) / trained);
    requireFiniteParameters(step, rate, batch.rows());
    long tokens = batch.rows().stream().mapToLong(EncodedRow::tokens).sum();
    listener.accept(new TrainingEvent.Step(step, settings.totalSteps(), sum / trained, rate, norm, tokens,
        trained, (System.nanoTime() - start) * 1e-9));
  }

  /** The step's micro-batches; dropout is drawn by step and row, however rows are packed. */
  private List<MicroBatch> micros(long stepsDone, StepBatch batch) {
    var dropout = RandomKey.of(settings.seed()).derive("dropout").derive(stepsDone);
    return batch.groups().stream().flatMap(group ->
        MicroBatch.cut(group, settings.microBatchTokens(), row -> dropout.derive(row.line()).bits())
            .stream()).toList();
  }

  private void announce(long step) {
    if (!computing) {
      computing = true;
      listener.accept(new TrainingEvent.Computing(step));
    }
  }

  private double accumulate(MicroBatch micro, long step) {
    try {
      return MicroStep.accumulate(model, micro, settings.checkpointing());
    } catch (NonFiniteException failed) {
      var first = MicroStep.traceLoss(model, micro).orElse(failed);
      throw diverged("step " + step + ": the loss is not finite", micro.rows(), first, NOT_UPDATED);
    }
  }

  private DivergenceException gradientDiverged(long step, double norm, List<MicroBatch> micros) {
    var what = "step " + step + ": the gradient's norm is " + norm;
    for (var micro : micros) {
      var first = MicroStep.traceGradients(model, micro, settings.checkpointing());
      if (first.isPresent()) {
        return diverged(what, micro.rows(), first.get(), NOT_UPDATED);
      }
    }
    return diverged(what, micros.stream().flatMap(micro -> micro.rows().stream()).toList(), null,
        NOT_UPDATED);
  }

  /** An update can overflow though its gradient is finite, and nothing after the last step would notice. */
  private void requireFiniteParameters(long step, double rate, List<EncodedRow> rows) {
    for (var param : optimizer.params()) {
      if (!param.value().backend().allFinite(param.value())) {
        throw diverged("step " + step + ": the update with a learning rate of " + rate + " made "
            + param.name() + " infinite or not a number", rows, null,
            "Checkpoints from before this step are good.");
      }
    }
  }

  private static DivergenceException diverged(String what, List<EncodedRow> rows, NonFiniteException origin,
      String parameters) {
    return new DivergenceException(what + ", on the rows of lines " + lines(rows) + ". "
        + (origin == null ? "" : "It began here: " + origin.getMessage() + ". ") + parameters
        + " Try a lower learning rate, a longer warm-up, or look at those rows.", origin);
  }

  private static String lines(List<EncodedRow> rows) {
    return rows.stream().map(row -> Long.toString(row.line())).collect(Collectors.joining(", "));
  }

  private void validate(long stepsDone) {
    if (validation.isEmpty()) {
      return;
    }
    double sum = 0;
    long targets = 0;
    for (var micro : MicroBatch.cut(validation, settings.microBatchTokens(), null)) {
      double loss = MicroStep.evaluate(model, micro);
      if (!Double.isFinite(loss)) {
        throw diverged("validation after step " + stepsDone + ": the loss is " + loss, micro.rows(),
            MicroStep.traceLoss(model, micro).orElse(null),
            "Checkpoints from before step " + stepsDone + " are good.");
      }
      sum += loss;
      targets += micro.targets().length;
    }
    if (targets == 0) {
      throw new DataException("validation: found no token to score in the rows of lines " + lines(validation)
          + ", expected at least one");
    }
    listener.accept(new TrainingEvent.Validation(stepsDone, sum / targets, targets));
  }
}
