package linnet.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.CausalLm;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.sft.ModelText;
import linnet.sft.data.Concurrently;
import linnet.sft.data.EncodingCache.CachedRows;
import linnet.sft.data.TextRows;
import linnet.sft.hub.Part;
import linnet.sft.train.Fingerprint;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code linnet pretrain}: a new small model from a configuration. */
@Command(name = "pretrain", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Makes a new model from a configuration and trains all of it on plain texts.")
final class PretrainCommand implements Callable<Integer> {
  private static final double RATE = 1e-3;

  @Option(names = {"-c", "--config"}, required = true, paramLabel = "FILE",
      description = "A config.json in Hugging Face's format.")
  private Path config;

  @Option(names = {"-t", "--tokenizer"}, required = true, paramLabel = "PATH",
      description = "A folder with a tokenizer.json; its files are copied to the model.")
  private Path tokenizer;

  @Option(names = {"-d", "--data"}, required = true, paramLabel = "FILE",
      description = "JSONL with a field text in each row; every token of it is trained.")
  private Path data;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "DIR",
      description = "A new folder for the model.")
  private Path out;

  @Option(names = "--max-length", defaultValue = "1024", paramLabel = "N",
      description = "Longer texts are cut to N tokens, or to as many as the model has positions"
          + " (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  @Option(names = "--dtype", defaultValue = "bf16", paramLabel = "TYPE",
      description = "${COMPLETION-CANDIDATES}: how the weights are written (default: ${DEFAULT-VALUE}).")
  private FloatType type;

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
    RowOptions.requireLength(maxLength);
    optimizer.check();
    loop.check();
    ModelPath.requireExists("--config", config);
    ModelPath.requireExists("--data", data);
    resume.check(out);
    tokenizer = ModelPath.resolve("--tokenizer", tokenizer, Part.TEXT, output);
    var raw = JsonCursor.read(config);
    var modelConfig = ModelConfig.read(raw);
    var text = ModelText.open(tokenizer);
    if (text.tokenizer().vocabularySize() > modelConfig.vocabSize()) {
      throw new UserException(config + ": vocab_size: found " + modelConfig.vocabSize()
          + ", expected at least the "
          + text.tokenizer().vocabularySize() + " tokens of " + tokenizer);
    }
    try (var backend = backendOptions.open(); var training = backend.scope("training")) {
      var declared = CausalLm.declare(modelConfig);
      Banner.print(output, backend, config, declared, DType.F32);
      int length = Math.min(maxLength, modelConfig.maxPositionEmbeddings());
      var encoded = TextRows.encode(TextRows.read(data), text.tokenizer(), length);
      DataReport.print(output, data, new CachedRows(encoded, false), length);
      var rows = encoded.rows();
      var batches = loop.batches(rows);
      var settings = loop.settings(batches, optimizer.schedule(RATE), optimizer.maxGradientNorm(), 0);
      optimizer.tellWarmup(output, settings.totalSteps());
      var key = RandomKey.of(loop.seed()).derive("weights");
      var trainee = new Trainee(declared, 0, () -> { },
          (_, scope) -> Models.initialize(modelConfig, key, scope),
          (model, folder) -> {
            text.savedTokenizer().save(folder);
            Models.save(folder, model, raw.asObject(), type.dtype());
          }, type.dtype(), LoopOptions.SAVINGS + ", or a smaller model in --config");
      var session = new TrainingSession(output, linnet.interrupt(), out, batches, List.of(),
          optimizer.adamW(), settings,
          Concurrently.begin(() -> Map.of("config", Fingerprint.of(raw.value().toString()),
              "data", Fingerprint.of(rows),
              "settings", TrainingSession.fingerprint(settings, batches, optimizer.adamW()))), trainee);
      var outcome = resume.run(session, training);
      if (outcome.interrupted()) {
        return ExitCode.INTERRUPTED;
      }
      output.say("model: %s (%s)", out, type.dtype());
      session.sayEnd(outcome);
      output.event("summary", session.summary(outcome, backend));
      return ExitCode.OK;
    }
  }
}
