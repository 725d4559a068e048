package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import linnet.nn.convert.AdapterConverter;
import linnet.nn.convert.ModelConverter;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.nn.model.ModelConfig;
import linnet.sft.ChatModel;
import linnet.sft.ModelText;
import linnet.sft.data.TurnEnd;
import linnet.sft.ollama.Modelfile;
import linnet.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code linnet convert}: between GGUF and a Hugging Face folder, and adapters to GGUF. */
@Command(name = "convert", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Writes a model in another form, with its tokenizer and chat template.",
        "An OUT that ends in .gguf becomes a GGUF file, any other a Hugging Face folder. An adapter in PEFT's"
            + " layout becomes a GGUF file of its own, to be put on the base model's."})
final class ConvertCommand implements Callable<Integer> {
  private static final long USUAL_SHARD_MEGABYTES = 5000;

  /** What weights become. */
  enum Type {
    f32(DType.F32), f16(DType.F16), bf16(DType.BF16), q8_0(DType.Q8_0), q4_0(DType.Q4_0);

    private final DType dtype;

    Type(DType dtype) {
      this.dtype = dtype;
    }

    DType dtype() {
      return dtype;
    }
  }

  @Parameters(index = "0", paramLabel = "IN",
      description = "A Hugging Face folder, a GGUF file, or an adapter folder; or a model on the Hub,"
          + " org/model.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "A new file or folder.")
  private Path out;

  @Option(names = "--dtype", paramLabel = "TYPE",
      description = "${COMPLETION-CANDIDATES}: what weights become; the last two, blocks of 32 with a scale,"
          + " in GGUF files of models only (default: bf16, of an adapter f32).")
  private Type type;

  @Option(names = "--base", paramLabel = "PATH",
      description = "Of an adapter: its base model (default: the one that it names).")
  private Path base;

  @Option(names = "--max-shard-size", paramLabel = "MB",
      description = "Most megabytes of weights in one file of a folder (default: 5000).")
  private Long maxShardMegabytes;

  @Option(names = "--ollama",
      description = "Write a Modelfile beside the GGUF file, with its name and .Modelfile in place of .gguf.")
  private boolean ollama;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    UserException.requireAtLeast(1, "--max-shard-size", maxShardMegabytes);
    if (Files.isRegularFile(out)) {
      throw new UserException("OUT: found " + out
          + ", which exists already; name a new one, or remove it first");
    }
    if (ollama && !toGguf()) {
      throw new UserException("--ollama: a Modelfile stands beside a GGUF file; let OUT end in .gguf");
    }
    if (ollama && Files.exists(modelfile())) {
      throw new UserException("--ollama: found " + modelfile()
          + ", which exists already; give OUT another name, or remove it first");
    }
    if (maxShardMegabytes != null && toGguf()) {
      throw new UserException("--max-shard-size: a GGUF file is one file; leave it out, or name a folder");
    }
    in = ModelPath.resolve("IN", in, output);
    return ChatModel.isAdapter(in) ? convertAdapter() : convertModel();
  }

  private boolean toGguf() {
    return out.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
  }

  private Path modelfile() {
    return out.resolveSibling(out.getFileName().toString().replaceFirst("(?i)\\.gguf$", ".Modelfile"));
  }

  private int convertModel() {
    if (base != null) {
      throw new UserException("--base: " + in + " is no adapter, so it has no base model");
    }
    var dtype = type == null ? DType.BF16 : type.dtype();
    if (dtype.isQuantized() && !toGguf()) {
      throw new UserException("--dtype: " + type + " is for GGUF files; let OUT end in .gguf, or choose f32,"
          + " f16 or bf16");
    }
    try (var source = ModelSource.open(in)) {
      var text = ModelText.of(source);
      var converter = new ModelConverter(source, dtype);
      var notes = List.<String>of();
      if (toGguf()) {
        notes = new ArrayList<>(converter.toGguf(out, text.ggufMetadata()));
        notes.addAll(text.leftOutOfGguf());
        writeModelfile("./" + out.getFileName(), Optional.empty(), text, source);
      } else {
        long megabytes = maxShardMegabytes == null ? USUAL_SHARD_MEGABYTES : maxShardMegabytes;
        converter.toFolder(out, megabytes * 1_000_000, folder -> text.convertedTokenizer().save(folder));
      }
      notes.forEach(note -> Notices.print(output, note));
      return done(dtype, source.tensors().specs().size());
    }
  }

  private int convertAdapter() {
    if (!toGguf()) {
      throw new UserException("OUT: an adapter becomes a GGUF file; let the name end in .gguf");
    }
    var dtype = type == null ? DType.F32 : type.dtype();
    if (dtype.isQuantized()) {
      throw new UserException("--dtype: an adapter becomes f32, f16 or bf16, not " + type);
    }
    var basePath = basePath();
    try (var source = ModelSource.open(basePath)) {
      int adapted = new AdapterConverter(in, source, dtype).toGguf(out);
      var text = Files.exists(in.resolve(ModelFiles.TOKENIZER)) ? ModelText.open(in) : ModelText.of(source);
      writeModelfile(basePath.toAbsolutePath().toString(), Optional.of("./" + out.getFileName()), text,
          source);
      return done(dtype, 2 * adapted);
    }
  }

  private void writeModelfile(String from, Optional<String> adapter, ModelText text, ModelSource source) {
    if (!ollama) {
      return;
    }
    var file = modelfile();
    var modelfile = Modelfile.of(from, adapter, text, stops(text, source), source.generationConfig());
    modelfile.write(file);
    output.say("wrote %s: ollama create NAME -f %s", file, file.getFileName());
    if (text.templateIsModels() && !modelfile.hasTemplate()) {
      Notices.print(output, "the chat template cannot be said in Ollama's language, so " + file
          + " has none: Ollama takes the one in the GGUF file");
    }
  }

  private static Set<Integer> stops(ModelText text, ModelSource source) {
    var ids = new TreeSet<>(ModelConfig.eosTokenIds(source.config()));
    source.generationConfig().map(ModelConfig::eosTokenIds).ifPresent(ids::addAll);
    text.tokenizer().specialTokens().eos().ifPresent(ids::add);
    TurnEnd.of(text.template(), text.tokenizer()).ifPresent(ids::add);
    return ids;
  }

  private Path basePath() {
    return base == null ? ModelPath.base(in, output) : ModelPath.resolve("--base", base, output);
  }

  private int done(DType dtype, int tensors) {
    output.say("wrote %s (%s, %s)", out, dtype, Counted.of(tensors, "tensor"));
    output.event("summary", Json.object().put("output", out.toString()).put("dtype", dtype.toString())
        .put("tensors", tensors));
    return ExitCode.OK;
  }
}
