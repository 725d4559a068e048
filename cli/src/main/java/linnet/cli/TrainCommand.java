package linnet.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.nn.model.CausalLm;
import linnet.nn.model.Models;
import linnet.sft.ChatModel;
import linnet.sft.train.Fingerprint;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet train}: supervised fine-tuning. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Fine-tunes a model on rows of conversations: LoRA adapters, or all weights with --full.",
        "Only what the assistant says is trained. A row is {\"messages\": [...]} or {\"prompt\", \"completion\"}.",
        "Ctrl-C saves what was trained so far; --resume goes on from there."},
    footer = {"", "Examples:", "  linnet train -m SmolLM2-135M-Instruct -d train.jsonl -o my-adapter",
        "  linnet train -m M -d gsm8k.jsonl -o A --map question=prompt,answer=completion"})
final class TrainCommand implements Callable<Integer> {
  private static final double LORA_RATE = 2e-4;
  private static final double FULL_RATE = 2e-5;

  @Mixin
  private ModelOptions modelOptions;

  @Option(names = {"-d", "--data"}, required = true, paramLabel = "FILE", description = "Rows: JSONL or CSV.")
  private Path data;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DIR",
      description = "A new folder for the adapter (in PEFT's layout) or, with --full, the model.")
  private Path out;

  @Mixin
  private RowOptions rowOptions;

  @Mixin
  private ValidationOptions validationOptions;

  @Option(names = "--full", description = "Train all weights instead of adapters.")
  private boolean full;

  @Mixin
  private LoraOptions lora;

  @Mixin
  private OptimizerOptions optimizer;

  @Mixin
  private LoopOptions loop;

  @Option(names = "--resume", description = "Continue the run in --output from its last checkpoint, to the same bits.")
  private boolean resume;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  /** What trains: a model with adapters, or with all parameters trainable. */
  private record Prepared(CausalLm model, Optional<LoraConfig> lora) {}

  @Override
  public Integer call() {
    ModelOptions.requireExists("--data", data);
    TrainingSession.requireUsable(out, resume);
    try (var backend = backendOptions.open(); var weights = backend.scope("model");
        var training = backend.scope("training"); var chat = modelOptions.load(weights)) {
      Banner.print(output, backend, chat.basePath(), chat.model());
      Notices.template(output, chat.text());
      var split = validationOptions.split(output, rowOptions, data, chat, loop.seed());
      var prepared = prepare(chat, training);
      var batches = loop.batches(split.training());
      var settings = loop.settings(batches, optimizer.schedule(full ? FULL_RATE : LORA_RATE),
          optimizer.maxGradientNorm());
      var session = new TrainingSession(output, out, batches, split.validation(), optimizer.adamW(), settings,
          Map.of("model", Fingerprint.of(chat.base().source()), "data", Fingerprint.of(split.training()),
              "settings", TrainingSession.fingerprint(settings, batches, optimizer.adamW()),
              "adapter", Fingerprint.of(prepared.lora().toString())),
          folder -> save(folder, chat, prepared));
      var outcome = session.run(prepared.model(), mappedBytes(chat), training, resume);
      if (outcome.interrupted()) {
        return ExitCode.INTERRUPTED;
      }
      output.say("%s: %s", full ? "model" : "adapter", out);
      session.sayEnd(outcome);
      output.event("summary", session.summary(outcome, backend));
      return ExitCode.OK;
    }
  }

  private Prepared prepare(ChatModel chat, Scope training) {
    if (full) {
      lora.requireNone("--full, which trains no adapter");
      if (chat.adapter().isPresent()) {
        throw new UserException("--full: found a model with an adapter; merge it first, or train the adapter on");
      }
      return new Prepared(Models.trainable(chat.model(), training), Optional.empty());
    }
    if (chat.adapter().isPresent()) {
      lora.requireNone("an adapter, whose own settings hold");
      return new Prepared(chat.model(), chat.adapter());
    }
    var config = lora.config();
    var key = RandomKey.of(loop.seed()).derive("lora");
    return new Prepared(Lora.apply(chat.model(), config, key, training), Optional.of(config));
  }

  private static long mappedBytes(ChatModel chat) {
    return chat.base().source().tensors().specs().values().stream().mapToLong(spec -> spec.bytes()).sum();
  }

  private static void save(Path folder, ChatModel chat, Prepared prepared) {
    chat.text().savedTokenizer().save(folder);
    if (prepared.lora().isPresent()) {
      AdapterFiles.write(folder, prepared.model(), prepared.lora().get(),
          chat.basePath().toAbsolutePath().normalize().toString());
    } else {
      Models.save(folder, prepared.model(), chat.base().source().config().asObject(), DType.BF16);
    }
  }
}
