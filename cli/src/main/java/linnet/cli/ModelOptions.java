package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import linnet.nn.quant.Quantization;
import linnet.sft.ChatModel;
import linnet.tensor.Scope;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model. */
final class ModelOptions {
  @Option(names = {"-m", "--model"}, required = true, paramLabel = "PATH",
      description = "A Hugging Face folder, a GGUF file, or an adapter folder, which names its base model.")
  private Path path;

  @Option(names = "--adapter", paramLabel = "DIR",
      description = "An adapter in PEFT's layout to put on the model.")
  private Path adapter;

  @Mixin
  private QuantizeOption quantize;

  ChatModel load(Scope weights) {
    requireExists();
    var kind = quantize.quantization();
    return adapter == null ? ChatModel.load(path, weights, kind) : ChatModel.load(path, adapter, weights, kind);
  }

  /** Begins to load; {@link ChatModel#requireFinite} comes before any result is used. */
  ChatModel open(Scope weights) {
    requireExists();
    var kind = quantize.quantization();
    return adapter == null ? ChatModel.open(path, weights, kind) : ChatModel.open(path, adapter, weights, kind);
  }

  /** Whether the model's weights are to be quantised. */
  boolean quantizes() {
    return quantize.quantization() != Quantization.NONE;
  }

  private void requireExists() {
    requireExists("--model", path);
    if (adapter != null) {
      requireExists("--adapter", adapter);
    }
  }

  /** Whether the model that is named carries an adapter. */
  boolean hasAdapter() {
    return adapter != null || ChatModel.isAdapter(path);
  }

  static void requireExists(String option, Path path) {
    if (!Files.exists(path)) {
      throw new UserException(option + ": " + path + ": there is no such file or folder");
    }
  }
}
