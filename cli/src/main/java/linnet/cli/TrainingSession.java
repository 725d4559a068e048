package linnet.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import linnet.nn.Modules;
import linnet.nn.json.Json;
import linnet.nn.json.ObjectBuilder;
import linnet.nn.model.CausalLm;
import linnet.nn.optim.AdamW;
import linnet.nn.optim.AdamWConfig;
import linnet.nn.optim.DecayRule;
import linnet.sft.data.BatchSchedule;
import linnet.sft.data.EncodedRow;
import linnet.sft.train.Fingerprint;
import linnet.sft.train.MemoryForecast;
import linnet.sft.train.RunFolder;
import linnet.sft.train.Trainer;
import linnet.sft.train.TrainingProgress;
import linnet.sft.train.TrainingSettings;
import linnet.sft.train.TrainingStateFile;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.MemoryPlan;
import linnet.tensor.Scope;

/**
 * A training run from the plan line to the saved result, as {@code train}, {@code pretrain} and {@code demo}
 * share it: plan, refusal of what does not fit, resuming, progress, checkpoints, Ctrl-C.
 *
 * @param output where to tell
 * @param interrupt what stops it
 * @param folder where the run writes
 * @param batches the rows in their order
 * @param validation rows that are scored only
 * @param adamW the optimizer's settings
 * @param settings the loop's
 * @param fingerprints of model, data and settings; first asked for when the plan is made
 * @param trainee what trains
 */
record TrainingSession(Output output, Interrupt interrupt, Path folder, BatchSchedule batches,
    List<EncodedRow> validation, AdamWConfig adamW, TrainingSettings settings,
    Supplier<Map<String, String>> fingerprints, Trainee trainee) {
  /**
   * Of the plan: for gaps that lie elsewhere with lighter micro-batches than those that were planned (2 %
   * were seen), before an allocation counts as unplanned.
   */
  private static final int SLACK = 8;

  /** And for what small runs round up. */
  private static final long LEAST_SLACK = 64L << 20;

  /**
   * How a run ended.
   *
   * @param model what was trained
   * @param progress what it showed
   * @param stepsDone of all
   * @param interrupted whether it was stopped before the last step
   */
  record Outcome(CausalLm model, Progress progress, long stepsDone, boolean interrupted) {}

  /** Plans and trains from the beginning. */
  Outcome run(Scope training) {
    return run(training, (_, start) -> start);
  }

  /** Plans, and trains from the last checkpoint in the folder. */
  Outcome resume(Scope training) {
    return run(training, this::resumed);
  }

  private Outcome run(Scope training, BiFunction<AdamW, TrainingProgress, TrainingProgress> where) {
    var plan = plan();
    var backend = training.backend();
    backend.reserve(plan);
    backend.limitBytes(plan.reservedBytes() + Math.max(LEAST_SLACK, plan.reservedBytes() / SLACK));
    var model = trainee.maker().apply(trainee.base(), training);
    var optimizer = new AdamW(adamW, model, DecayRule.EXCEPT_NORMS_AND_BIASES, training);
    var start = where.apply(optimizer, TrainingProgress.start(settings.seed(), fingerprints.get()));
    return train(model, optimizer, start, backend);
  }

  /** What must be the same for a run to be resumed; how often it validates and saves changes no result. */
  static String fingerprint(TrainingSettings settings, BatchSchedule batches, AdamWConfig adamW) {
    return Fingerprint.of(new TrainingSettings(settings.totalSteps(), settings.schedule(),
        settings.maxGradientNorm(), settings.microBatchTokens(), settings.checkpointing(), settings.seed(),
        0, 0)
        + " " + batches + " " + adamW);
  }

  private TrainingProgress resumed(AdamW optimizer, TrainingProgress expected) {
    var state = new RunFolder(folder).latestState().orElseThrow();
    var progress = TrainingStateFile.restore(state, optimizer, expected);
    output.say("resume: %s, %d of %d steps done", state, progress.step(), settings.totalSteps());
    output.event("resume", Json.object().put("state", state.toString()).put("step", progress.step()));
    return progress;
  }

  private Outcome train(CausalLm model, AdamW optimizer, TrainingProgress start, Backend backend) {
    try (var progress = new Progress(output, start.step(), settings.totalSteps())) {
      var trainer = new Trainer(model, optimizer, batches, validation, settings, progress,
          state -> checkpoint(model, state, optimizer, progress));
      interrupt.stopsBy(() -> {
        progress.say("stopping after this step ...");
        trainer.requestStop();
      });
      trainee.ready().run();
      var end = trainer.run(start);
      boolean interrupted = end.step() < settings.totalSteps();
      var run = new RunFolder(folder);
      if ((interrupted || run.latestState().isPresent()) && !run.holds(end.step())) {
        checkpoint(model, end, optimizer, progress); // the end, too, so that --resume finds a finished run so
      }
      trainee.saver().accept(model, folder);
      var outcome = new Outcome(model, progress, end.step(), interrupted);
      if (interrupted) {
        progress.close();
        output.say("stopped after step %d of %d: what was trained so far is in %s", end.step(),
            settings.totalSteps(), folder);
        output.event("summary", summary(outcome, backend));
      }
      return outcome;
    }
  }

  private void checkpoint(CausalLm model, TrainingProgress state, AdamW optimizer, Progress progress) {
    var saved = new RunFolder(folder).save(state, optimizer, into -> trainee.saver().accept(model, into));
    progress.say("saved %s", saved);
    output.event("saved", Json.object().put("step", state.step()).put("path", saved.toString()));
  }

  /** Refuses, on paper, what cannot be made of the base model. */
  static void requireMakes(Trainee trainee) {
    try (var planner = Backends.planning(); var paper = planner.scope("training")) {
      trainee.maker().apply(MemoryForecast.onPaper(trainee.base(), paper), paper);
    }
  }

  /** What the run will need, told; what the machine does not have is refused before it is asked for. */
  private MemoryPlan plan() {
    try (var planner = Backends.planning(); var paper = planner.scope("training")) {
      var base = MemoryForecast.onPaper(trainee.base(), paper);
      var model = trainee.maker().apply(base, paper);
      var plan = MemoryForecast.of(base, model, batches, validation, settings);
      long trainable = Modules.trainable(model).stream().mapToLong(param -> param.shape().elements()).sum();
      announce(ExpectedMemory.withHeapOfNow(plan.reservedBytes(), trainee.mappedBytes()), trainable);
      return plan;
    }
  }

  private void announce(ExpectedMemory memory, long trainable) {
    output.say("plan: %s, %,d trainable parameters, expected peak memory %s",
        Counted.of(settings.totalSteps(), "step"), trainable, memory);
    output.event("plan", Json.object().put("totalSteps", settings.totalSteps())
        .put("trainableParameters", trainable).put("expectedPeakBytes", memory.bytes())
        .put("tensorBytes", memory.tensors()).put("weightBytes", memory.weights())
        .put("jvmBytes", memory.jvm()));
    long machine = PeakMemory.ofMachine();
    if (memory.bytes() > machine) {
      throw new UserException("this run needs " + memory + " and the machine has " + PeakMemory.text(machine)
          + ". Less is needed with " + trainee.savings());
    }
  }

  /** What every summary of a run holds. */
  ObjectBuilder summary(Outcome outcome, Backend backend) {
    var progress = outcome.progress();
    var summary = Json.object().put("output", folder.toString()).put("steps", outcome.stepsDone())
        .put("totalSteps", settings.totalSteps()).put("interrupted", outcome.interrupted())
        .put("dtype", trainee.savedAs().toString())
        .put("tokensPerSecond", progress.tokensPerSecond())
        .put("secondsToFirstStep", progress.secondsToFirstStep()).put("tensorBytes", backend.reservedBytes());
    if (!progress.steps().isEmpty()) {
      summary.put("loss", progress.steps().getLast().loss());
    }
    if (!progress.validations().isEmpty()) {
      summary.put("validationLossBefore", progress.validations().getFirst().loss())
          .put("validationLoss", progress.validations().getLast().loss());
    }
    PeakMemory.bytes().ifPresent(bytes -> summary.put("peakBytes", bytes));
    return summary;
  }

  /** The last lines for people. */
  void sayEnd(Outcome outcome) {
    if (!outcome.progress().steps().isEmpty()) {
      output.say("%.0f tokens/s after the first step, first step began %.1f s after the command,"
          + " peak memory %s", outcome.progress().tokensPerSecond(), outcome.progress().secondsToFirstStep(),
          PeakMemory.bytes().isPresent() ? PeakMemory.text(PeakMemory.bytes().getAsLong()) : "unknown");
    }
  }
}
