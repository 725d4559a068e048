package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.io.ModelSource;
import linnet.sft.ChatModel;
import linnet.sft.ChatText;
import linnet.sft.hub.Part;
import linnet.sft.template.TemplateChoice;
import picocli.CommandLine.Option;

/** Which model, adapter and chat template. */
final class ModelChoice {
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

  private boolean isResolved;

  /** The template that was chosen. */
  Optional<TemplateChoice> template() {
    try {
      return Optional.ofNullable(template).map(TemplateChoice::of);
    } catch (IllegalArgumentException neither) {
      throw new UserException("--template: " + neither.getMessage());
    }
  }

  /** Whether the model carries an adapter; of one that is only named that is known once it is resolved. */
  boolean hasAdapter() {
    return adapter != null || ChatModel.isAdapter(path);
  }

  /** Where the model lies, or what it is called until it is resolved. */
  Path path() {
    return path;
  }

  /** Where the adapter lies. */
  Optional<Path> adapter() {
    return Optional.ofNullable(adapter);
  }

  /** Refuses rows that are not there, together with a model that cannot be either, before anything is downloaded. */
  void requireRows(Path data) {
    if (Files.exists(data)) {
      return;
    }
    var missing = ModelPath.missing("--data", data);
    throw new UserException(ModelPath.mayBeHad(path) ? missing
        : ModelPath.missing("--model", path) + "; " + missing);
  }

  /** Finds or downloads what is named; from here on there are paths in place of names. */
  void resolve(Part part, Output output) {
    if (isResolved) {
      return;
    }
    path = ModelPath.resolve("--model", path, part, output);
    if (adapter != null) {
      adapter = ModelPath.adapter("--adapter", adapter, output);
    } else if (ChatModel.isAdapter(path)) {
      adapter = path;
      path = ModelPath.base(adapter, part, output);
    }
    isResolved = true;
  }

  /** Opens the model without its weights, which need not be there. */
  ModelSource open(Output output) {
    template(); // refused before anything is downloaded
    resolve(Part.TEXT, output);
    return ModelSource.withoutWeights(path);
  }

  /** What decides which tokens conversations become, of what {@link #open} has opened. */
  ChatText text(ModelSource source) {
    return ChatText.of(source, adapter(), template());
  }
}
