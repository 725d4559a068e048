package linnet.cli;

import java.nio.file.Path;
import linnet.nn.quant.Quantization;
import linnet.sft.ChatModel;
import linnet.sft.hub.Part;
import linnet.tensor.Scope;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Which model, and how its weights are loaded. */
final class ModelOptions {
  @Mixin
  private ModelChoice choice;

  @Mixin
  private QuantizeOption quantize;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

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
    var template = choice.template(); // before anything is downloaded
    resolve();
    var kind = quantize.quantization();
    var chat = choice.adapter().map(adapter -> ChatModel.open(choice.path(), adapter, weights, kind))
        .orElseGet(() -> ChatModel.open(choice.path(), weights, kind));
    return template.map(chat::withTemplate).orElse(chat);
  }

  /** Whether the model's weights are to be quantised. */
  boolean quantizes() {
    return quantize.quantization() != Quantization.NONE;
  }

  /** See {@link ModelChoice#hasAdapter}. */
  boolean hasAdapter() {
    return choice.hasAdapter();
  }

  /** See {@link ModelChoice#requireRows}. */
  void requireRows(Path data) {
    choice.requireRows(data);
  }

  /** See {@link ModelChoice#resolve}. */
  void resolve() {
    choice.resolve(Part.MODEL, Output.of(command));
  }
}
