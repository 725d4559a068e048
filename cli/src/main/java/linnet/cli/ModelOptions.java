package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.quant.Quantization;
import linnet.sft.ChatModel;
import linnet.sft.template.TemplateChoice;
import linnet.tensor.Scope;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model. */
final class ModelOptions {
  @Option(names = {"-m", "--model"}, required = true, paramLabel = "PATH",
      description = "A Hugging Face folder, a GGUF file, or an adapter folder, which names its base model;"
          + " or a model on the Hub, org/model or org/model@revision.")
  private Path path;

  @Option(names = "--adapter", paramLabel = "DIR",
      description = "An adapter in PEFT's layout to put on the model.")
  private Path adapter;

  @Option(names = "--template", paramLabel = "NAME|FILE",
      description = "The chat template, whatever the model brings: a Jinja file, or one of alpaca, chatml,"
          + " gemma, llama2, llama3, mistral, phi3, qwen3, role_colon, vicuna, zephyr.")
  private String template;

  @Mixin
  private QuantizeOption quantize;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private boolean isResolved;

  ChatModel load(Scope weights) {
    var chat = open(weights);
    try {
      chat.text().template();
      chat.requireFinite();
      return chat;
    } catch (RuntimeException failed) {
      chat.close();
      throw failed;
    }
  }

  /** Begins to load; {@link ChatModel#requireFinite} comes before any result is used. */
  ChatModel open(Scope weights) {
    var choice = choice(); // before anything is downloaded
    resolve();
    var kind = quantize.quantization();
    var chat = adapter == null ? ChatModel.open(path, weights, kind)
        : ChatModel.open(path, adapter, weights, kind);
    return choice.map(chat::withTemplate).orElse(chat);
  }

  private Optional<TemplateChoice> choice() {
    try {
      return Optional.ofNullable(template).map(TemplateChoice::of);
    } catch (IllegalArgumentException neither) {
      throw new UserException("--template: " + neither.getMessage());
    }
  }

  /** Whether the model's weights are to be quantised. */
  boolean quantizes() {
    return quantize.quantization() != Quantization.NONE;
  }

  /** Whether the model carries an adapter; of one that is only named that is known once it is resolved. */
  boolean hasAdapter() {
    return adapter != null || ChatModel.isAdapter(path);
  }

  /** Finds or downloads what is named; from here on there are paths in place of names. */
  void resolve() {
    if (isResolved) {
      return;
    }
    var output = Output.of(command);
    path = ModelPath.resolve("--model", path, output);
    if (adapter != null) {
      adapter = ModelPath.resolve("--adapter", adapter, output);
    } else if (ChatModel.isAdapter(path)) {
      adapter = path;
      path = ModelPath.base(adapter, output);
    }
    isResolved = true;
  }

  static void requireExists(String option, Path path) {
    if (!Files.exists(path)) {
      throw new UserException(option + ": " + path + ": there is no such file or folder");
    }
  }
}
