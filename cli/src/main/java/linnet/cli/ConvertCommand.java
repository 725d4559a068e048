package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import linnet.nn.io.ModelConverter;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.sft.ModelText;
import linnet.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code linnet convert}: between GGUF and a Hugging Face folder. */
@Command(name = "convert", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Writes a model in another form, with its tokenizer and chat template.",
        "An OUT that ends in .gguf becomes a GGUF file, any other a Hugging Face folder."})
final class ConvertCommand implements Callable<Integer> {
  /** What weights become. */
  enum Type {
    f32(DType.F32), f16(DType.F16), bf16(DType.BF16);

    private final DType dtype;

    Type(DType dtype) {
      this.dtype = dtype;
    }

    DType dtype() {
      return dtype;
    }
  }

  @Parameters(index = "0", paramLabel = "IN", description = "A Hugging Face folder or a GGUF file.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "A new file or folder.")
  private Path out;

  @Option(names = "--dtype", defaultValue = "bf16", paramLabel = "TYPE",
      description = "${COMPLETION-CANDIDATES}: what weights become, rounded to nearest even"
          + " (default: ${DEFAULT-VALUE}).")
  private Type type;

  @Option(names = "--max-shard-size", defaultValue = "5000", paramLabel = "MB",
      description = "Most megabytes of weights in one file of a folder (default: ${DEFAULT-VALUE}).")
  private long maxShardMegabytes;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    ModelOptions.requireExists("IN", in);
    UserException.requireAtLeast(1, "--max-shard-size", maxShardMegabytes);
    if (Files.isRegularFile(out)) {
      throw new UserException("OUT: found " + out
          + ", which exists already; name a new one, or remove it first");
    }
    try (var source = ModelSource.open(in)) {
      var text = ModelText.of(source);
      var converter = new ModelConverter(source, type.dtype());
      if (out.toString().endsWith(".gguf")) {
        converter.toGguf(out, text.ggufMetadata());
      } else {
        converter.toFolder(out, maxShardMegabytes * 1_000_000, folder -> text.savedTokenizer().save(folder));
      }
      output.say("wrote %s (%s, %s)", out, type.dtype(),
          Counted.of(source.tensors().specs().size(), "tensor"));
      output.event("summary", Json.object().put("output", out.toString())
          .put("dtype", type.dtype().toString())
          .put("tensors", source.tensors().specs().size()));
      return ExitCode.OK;
    }
  }
}
