package linnet.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import linnet.nn.TrainableParam;
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
import linnet.tensor.MemoryPlan;
import linnet.tensor.Scope;

/**
 * A training run from the plan line to the saved result, as {@code train}, {@code pretrain} and {@code demo} share
 * it: plan, refusal of what does not fit, resuming, progress, checkpoints, Ctrl-C.
 *
 * @param output where to tell
 * @param folder where the run writes
 * @param batches the rows in their order
 * @param validation rows that are scored only
 * @param adamW the optimizer's settings
 * @param settings the loop's
 * @param fingerprints of model, data and settings
 * @param saver writes what was trained into a folder
 */
record TrainingSession(Output output, Path folder, BatchSchedule batches, List<EncodedRow> validation,
    AdamWConfig adamW, TrainingSettings settings, Map<String, String> fingerprints, Consumer<Path> saver) {
  /** Room for rounding in the plan before an allocation counts as unplanned. */
  private static final long SLACK = 64L << 20;
  /** What the JVM itself takes beside tensors and mapped weights: heap, code, threads. */
  private static final long JVM_BYTES = 300L << 20;

  /**
   * How a run ended.
   *
   * @param progress what it showed
   * @param stepsDone of all
   * @param interrupted whether it was stopped before the last step
   */
  record Outcome(Progress progress, long stepsDone, boolean interrupted) {}

  /**
   * Plans and trains.
   *
   * @param model the model to train
   * @param mappedBytes of the weight files that are read in place
   */
  Outcome run(CausalLm model, long mappedBytes, Scope training, boolean resume) {
    var plan = MemoryForecast.of(model, batches, validation, settings);
    var optimizer = new AdamW(adamW, model, DecayRule.EXCEPT_NORMS_AND_BIASES, training);
    announce(plan, mappedBytes, optimizer);
    var backend = training.backend();
    backend.limitBytes(plan.reservedBytes() + SLACK);
    var run = new RunFolder(folder);
    var start = TrainingProgress.start(settings.seed(), fingerprints);
    if (resume) {
      start = resumed(optimizer, start);
    }
    return train(model, optimizer, run, start, backend);
  }

  /** What must be the same for a run to be resumed; how often it validates and saves changes no result. */
  static String fingerprint(TrainingSettings settings, BatchSchedule batches, AdamWConfig adamW) {
    return Fingerprint.of(new TrainingSettings(settings.totalSteps(), settings.schedule(), settings.maxGradientNorm(),
        settings.microBatchTokens(), settings.checkpointing(), settings.seed(), 0, 0) + " " + batches + " " + adamW);
  }

  /** Checks, before any work is done, that a run can write to a folder, or resume what is in it. */
  static void requireUsable(Path folder, boolean resume) {
    if (resume) {
      stateIn(folder);
    } else {
      new RunFolder(folder).requireFresh();
    }
  }

  private static Path stateIn(Path folder) {
    return new RunFolder(folder).latestState().orElseThrow(() -> new UserException("--resume: " + folder
        + " holds no checkpoint to continue; leave --resume out to start anew"));
  }

  private TrainingProgress resumed(AdamW optimizer, TrainingProgress expected) {
    var state = stateIn(folder);
    var progress = TrainingStateFile.restore(state, optimizer, expected);
    output.say("resume: %s, %d of %d steps done", state, progress.step(), settings.totalSteps());
    output.event("resume", Json.object().put("state", state.toString()).put("step", progress.step()));
    return progress;
  }

  private Outcome train(CausalLm model, AdamW optimizer, RunFolder run, TrainingProgress start,
      Backend backend) {
    try (var progress = new Progress(output, start.step(), settings.totalSteps())) {
      var trainer = new Trainer(model, optimizer, batches, validation, settings, progress,
          state -> checkpoint(run, state, optimizer, progress));
      try (var interrupt = Interrupt.callingOnce(() -> {
        progress.say("stopping after this step ...");
        trainer.requestStop();
      })) {
        var end = trainer.run(start);
        boolean interrupted = end.step() < settings.totalSteps();
        if (interrupted) {
          checkpoint(run, end, optimizer, progress);
        }
        saver.accept(folder);
        var outcome = new Outcome(progress, end.step(), interrupted);
        if (interrupted) {
          progress.close();
          output.say("stopped after step %d of %d: what was trained so far is in %s", end.step(),
              settings.totalSteps(), folder);
          output.event("summary", summary(outcome, backend));
        }
        return outcome;
      }
    }
  }

  private void checkpoint(RunFolder run, TrainingProgress state, AdamW optimizer, Progress progress) {
    var saved = run.save(state, optimizer, saver);
    progress.say("saved %s", saved);
    output.event("saved", Json.object().put("step", state.step()).put("path", saved.toString()));
  }

  private void announce(MemoryPlan plan, long mappedBytes, AdamW optimizer) {
    long trainable = optimizer.params().stream().map(TrainableParam::shape).mapToLong(s -> s.elements()).sum();
    long expected = plan.reservedBytes() + mappedBytes + JVM_BYTES;
    output.say("plan: %s, %,d trainable parameters, expected peak memory %s (tensors %s, weights %s, JVM %s)",
        Counted.of(settings.totalSteps(), "step"), trainable, PeakMemory.text(expected), PeakMemory.text(plan.reservedBytes()),
        PeakMemory.text(mappedBytes), PeakMemory.text(JVM_BYTES));
    output.event("plan", Json.object().put("totalSteps", settings.totalSteps()).put("trainableParameters", trainable)
        .put("expectedPeakBytes", expected).put("tensorBytes", plan.reservedBytes()).put("weightBytes", mappedBytes));
    long machine = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
    if (expected > machine) {
      throw new UserException("this run needs " + PeakMemory.text(expected) + " and the machine has "
          + PeakMemory.text(machine) + ". Less is needed with a smaller --micro-batch-tokens (now "
          + settings.microBatchTokens() + "), a smaller --max-length, --checkpointing, or a smaller --lora-rank");
    }
  }

  /** What every summary of a run holds. */
  ObjectBuilder summary(Outcome outcome, Backend backend) {
    var progress = outcome.progress();
    var summary = Json.object().put("output", folder.toString()).put("steps", outcome.stepsDone())
        .put("totalSteps", settings.totalSteps()).put("interrupted", outcome.interrupted())
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
      output.say("%.0f tokens/s after the first step, first step began %.1f s after the command, peak memory %s",
          outcome.progress().tokensPerSecond(), outcome.progress().secondsToFirstStep(),
          PeakMemory.bytes().isPresent() ? PeakMemory.text(PeakMemory.bytes().getAsLong()) : "unknown");
    }
  }
}
