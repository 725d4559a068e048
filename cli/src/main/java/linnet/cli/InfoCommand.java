package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import linnet.nn.io.GgufAdapter;
import linnet.nn.io.GgufFile;
import linnet.nn.io.GgufModel;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.nn.lora.MergeRecord;
import linnet.nn.model.Models;
import linnet.sft.ChatModel;
import linnet.sft.ModelText;
import linnet.sft.data.Conversation;
import linnet.sft.template.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code linnet info}: what a path holds. */
@Command(name = "info", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Tells what a model, an adapter or a data file holds. No weights are computed with.")
final class InfoCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PATH",
      description = "A Hugging Face folder, a GGUF or safetensors file, an adapter"
      + " folder, or a JSONL or CSV file of rows; or a model on the Hub, org/model.")
  private Path path;

  @Mixin
  private MappingOption mapping;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    path = ModelPath.resolve("PATH", path, output);
    var name = path.toString();
    if (Files.isRegularFile(path) && (name.endsWith(".jsonl") || name.endsWith(".csv"))) {
      data();
      return ExitCode.OK;
    }
    if (mapping.isGiven()) {
      throw new UserException("--map: found with " + path + ", which holds no rows; leave it out");
    }
    if (ChatModel.isAdapter(path)) {
      new AdapterInfo(output, path).tell();
    } else if (GgufFile.isGguf(path)) {
      gguf();
    } else {
      model(ModelSource.open(path));
    }
    return ExitCode.OK;
  }

  private void gguf() {
    var file = GgufFile.open(path);
    var adapter = GgufAdapter.of(file);
    if (adapter.isEmpty()) {
      model(GgufModel.of(file));
      return;
    }
    file.close();
    new AdapterInfo(output, path).tell(adapter.get());
  }

  private void model(ModelSource opened) {
    try (var source = opened) {
      var config = Models.config(source);
      var bytesByType = new TreeMap<String, Long>();
      long parameters = 0;
      for (var spec : source.tensors().specs().values()) {
        parameters += spec.shape().elements();
        bytesByType.merge(spec.dtype().toString(), spec.bytes(), Long::sum);
      }
      output.say("%s: a %s model", path, config.modelType());
      output.say("  %,d parameters in %d tensors", parameters, source.tensors().specs().size());
      bytesByType.forEach((type, bytes) -> output.say("  %s: %s", type, PeakMemory.text(bytes)));
      output.say("  %d layers, hidden %d, MLP %d, %d heads (%d key/value) of %d, vocabulary %,d, %s head",
          config.numHiddenLayers(), config.hiddenSize(), config.intermediateSize(),
          config.numAttentionHeads(), config.numKeyValueHeads(), config.headDim(), config.vocabSize(),
          config.tieWordEmbeddings() ? "tied" : "own");
      output.say("  rows of up to %,d tokens", config.maxPositionEmbeddings());
      var text = ModelText.of(source);
      output.say("  tokenizer: %,d tokens; chat template: %s", text.tokenizer().vocabularySize(),
          text.templateIsModels() ? "the model's own" : "none");
      var merged = MergeRecord.of(source);
      if (!merged.isEmpty()) {
        output.say("  merged into it: %s", merged.stream().map(record -> record.adapter()
            + (record.trainedSince() ? " (trained in full since)" : "")).collect(Collectors.joining(", ")));
      }
      var types = Json.object();
      bytesByType.forEach(types::put);
      output.event("summary", Json.object().put("kind", "model").put("modelType", config.modelType())
          .put("parameters", parameters).put("bytesByType", types).put("layers", config.numHiddenLayers())
          .put("hiddenSize", config.hiddenSize()).put("vocabularySize", config.vocabSize())
          .put("maxLength", config.maxPositionEmbeddings()).put("hasChatTemplate", text.templateIsModels())
          .put("mergedAdapters", Json.strings(merged.stream().map(MergeRecord::adapter).toList())));
    }
  }

  private void data() {
    var conversations = Conversation.read(path, mapping.fields());
    var messages = conversations.stream().flatMap(c -> c.request().messages().stream()).toList();
    long assistants = messages.stream().filter(Message::isAssistant).count();
    long characters = messages.stream().mapToLong(InfoCommand::characters).sum();
    output.say("%s: %s, %s (%,d of an assistant), %s", path, Counted.of(conversations.size(), "row"),
        Counted.of(messages.size(), "message"), assistants, Counted.of(characters, "character"));
    output.event("summary", Json.object().put("kind", "data").put("rows", conversations.size())
        .put("messages", messages.size()).put("assistantMessages", assistants).put("characters", characters));
  }

  private static long characters(Message message) {
    return message.fields().get("content").map(content -> content instanceof Json.Str text
        ? text.value().length() : content.toString().length()).orElse(0);
  }
}
