package linnet.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.lora.MergeRecord;
import linnet.nn.lora.TrainedModules;
import linnet.nn.model.CausalLm;
import linnet.nn.model.Models;
import linnet.sft.ChatModel;
import linnet.sft.data.Concurrently;
import linnet.sft.train.Fingerprint;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code linnet train}: supervised fine-tuning. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Fine-tunes a model on rows of conversations: LoRA adapters, or all weights with --full.",
        "Only what the assistant says is trained.",
        "A row is {\"messages\": [...]} or {\"prompt\": ..., \"completion\": ...}.",
        "Ctrl-C saves what was trained so far; --resume goes on from there."},
    footer = {"", "Examples:", "  linnet train -m SmolLM2-135M-Instruct -d train.jsonl -o my-adapter",
        "  linnet train -m M -d gsm8k.jsonl -o A --map question=prompt,answer=completion"})
final class TrainCommand implements Callable<Integer> {
  private static final double LORA_RATE = 2e-4;
  private static final double FULL_RATE = 2e-5;

  @Mixin
  private ModelOptions modelOptions;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DIR",
      description = "A new folder for the adapter (in PEFT's layout) or, with --full, the model.")
  private Path out;

  @Mixin
  private RowOptions rowOptions;

  @Mixin
  private CacheOptions cacheOptions;

  @Mixin
  private ValidationOptions validationOptions;

  @Option(names = "--full", description = "Train all weights instead of adapters.")
  private boolean full;

  @Option(names = "--train-modules", paramLabel = "NAMES",
      description = "With --full, the only modules that train: names such as lm_head,layers.29,norm, a"
          + " regular expression over whole paths, or all-linear (default: all).")
  private String trained;

  @Option(names = "--dtype", paramLabel = "TYPE",
      description = "With --full, ${COMPLETION-CANDIDATES}: how the weights are written (default: as the"
          + " model's are, or bf16 where those are quantised).")
  private FloatType type;

  @Mixin
  private LoraOptions lora;

  @Mixin
  private OptimizerOptions optimizer;

  @Mixin
  private LoopOptions loop;

  @Mixin
  private ResumeOptions resume;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @ParentCommand
  private LinnetCommand linnet;

  @Override
  public Integer call() {
    check();
    modelOptions.requireRows(rowOptions.data());
    resume.check(out);
    modelOptions.resolve(); // which may download it, so it comes after all that costs nothing
    checkAdapter();
    try (var cache = cacheOptions.open(rowOptions.data()); var backend = backendOptions.open();
        var weights = backend.scope("model"); var training = backend.scope("training");
        var chat = modelOptions.open(weights)) {
      Banner.print(output, backend, chat.basePath(), chat.model());
      Notices.template(output, chat.text());
      if (full) {
        Notices.merged(output, MergeRecord.of(chat.base().source()));
      }
      var config = adapter(chat);
      var trainee = trainee(chat, config);
      var split = validationOptions.split(output, rowOptions, chat, cache, loop.seed(),
          () -> TrainingSession.requireMakes(trainee));
      var batches = loop.batches(split.training());
      var settings = loop.settings(batches, optimizer.schedule(full ? FULL_RATE : LORA_RATE),
          optimizer.maxGradientNorm(), validationOptions.evalSteps());
      optimizer.tellWarmup(output, settings.totalSteps());
      var session = new TrainingSession(output, linnet.interrupt(), out, batches, split.validation(),
          optimizer.adamW(), settings,
          Concurrently.begin(() -> Map.of("model", Fingerprint.of(chat.base().source()),
              "quantization", chat.base().quantization().label(),
              "data", Fingerprint.of(split.training()),
              "settings", TrainingSession.fingerprint(settings, batches, optimizer.adamW()),
              "adapter", Fingerprint.of(config.toString() + trained))), trainee);
      var outcome = resume.run(session, training);
      if (outcome.interrupted()) {
        return ExitCode.INTERRUPTED;
      }
      output.say("%s", full ? "model: " + out + " (" + session.trainee().savedAs() + ")" : "adapter: " + out);
      session.sayEnd(outcome);
      output.event("summary", session.summary(outcome, backend));
      return ExitCode.OK;
    }
  }

  /** Refuses what is out of range or does not go together, before any work is done. */
  private void check() {
    rowOptions.check();
    validationOptions.check();
    lora.check();
    optimizer.check();
    loop.check();
    if (full && modelOptions.quantizes()) {
      throw new UserException("--quantize: found together with --full; quantised weights are frozen: leave"
          + " --quantize out, or train an adapter on them without --full");
    }
    if (full) {
      lora.requireNone("--full, which trains no adapter");
    } else if (trained != null) {
      throw new UserException("--train-modules: found without --full; beside adapters, --modules-to-save"
          + " trains modules in full");
    } else if (type != null) {
      throw new UserException("--dtype: found without --full; an adapter is always F32");
    }
    checkAdapter();
  }

  private void checkAdapter() {
    if (!modelOptions.hasAdapter()) {
      return;
    }
    if (full) {
      throw new UserException("--full: found a model with an adapter, expected one without; name the base"
          + " model alone, or leave --full out to train the adapter on");
    }
    lora.requireNone("an adapter, whose own settings hold");
  }

  /** What the adapter that trains is made with; with --full there is none. */
  private Optional<LoraConfig> adapter(ChatModel chat) {
    return full ? Optional.empty() : chat.adapter().or(() -> Optional.of(lora.config(chat.model())));
  }

  private Trainee trainee(ChatModel chat, Optional<LoraConfig> config) {
    long mapped = chat.base().weightBytes();
    if (full) {
      var dtype = FloatType.orOwn(Optional.ofNullable(type), chat.model());
      return new Trainee(chat.model(), mapped, chat::requireFinite, this::trainable,
          (model, folder) -> chat.withModel(model, config).save(folder, dtype), dtype,
          LoopOptions.SAVINGS + ", fewer --train-modules, or without --full, which takes"
              + " four times all trained weights in F32");
    }
    var key = RandomKey.of(loop.seed()).derive("lora");
    return new Trainee(chat.model(), mapped, chat::requireFinite,
        (base, training) -> chat.adapter().isPresent() ? base
            : LoraOptions.named(() -> Lora.apply(base, config.get(), key, training)),
        (model, folder) -> chat.withModel(model, config).save(folder, DType.F32), DType.F32,
        LoopOptions.SAVINGS + ", or a smaller --lora-rank");
  }

  /** The base with what {@code --full} trains of it. */
  private CausalLm trainable(CausalLm base, Scope training) {
    return trained == null ? Models.trainable(base, training)
        : LoraOptions.named(() -> TrainedModules.of(base, ModuleNames.parse(trained), training));
  }
}
