package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.LoraTargets;
import linnet.nn.lora.TrainedOn;
import linnet.nn.model.Models;
import linnet.sft.ChatModel;
import linnet.sft.ModelText;
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
  private RowOptions rows;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    path = ModelPath.resolve("PATH", path, output);
    var name = path.toString();
    if (ChatModel.isAdapter(path)) {
      adapter();
    } else if (Files.isRegularFile(path) && (name.endsWith(".jsonl") || name.endsWith(".csv"))) {
      data();
    } else {
      model();
    }
    return ExitCode.OK;
  }

  private void model() {
    try (var source = ModelSource.open(path)) {
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
      var types = Json.object();
      bytesByType.forEach(types::put);
      output.event("summary", Json.object().put("kind", "model").put("modelType", config.modelType())
          .put("parameters", parameters).put("bytesByType", types).put("layers", config.numHiddenLayers())
          .put("hiddenSize", config.hiddenSize()).put("vocabularySize", config.vocabSize())
          .put("maxLength", config.maxPositionEmbeddings()).put("hasChatTemplate", text.templateIsModels()));
    }
  }

  private void adapter() {
    var description = AdapterFiles.describe(path);
    var lora = description.lora();
    var base = description.baseModel().orElse("(not named)");
    output.say("%s: a LoRA adapter", path);
    output.say("  %s, rank %d, alpha %s, dropout %s, on %s", lora.decomposed() ? "DoRA" : "LoRA", lora.rank(),
        lora.alpha(), lora.dropout(), targets(lora.targets()));
    if (!lora.modulesToSave().isEmpty()) {
      output.say("  trained in full: %s", String.join(", ", lora.modulesToSave()));
    }
    var quantization = TrainedOn.quantization(path);
    output.say("  base model: %s%s", base,
        quantization.map(types -> ", its projections quantised to " + types).orElse(""));
    output.event("summary", Json.object().put("kind", "adapter").put("rank", lora.rank())
        .put("alpha", lora.alpha())
        .put("dropout", lora.dropout()).put("targets", targets(lora.targets()))
        .put("dora", lora.decomposed()).put("modulesToSave", Json.strings(lora.modulesToSave()))
        .put("baseModel", base).put("baseQuantization", quantization.<Json>map(Json::of).orElse(Json.NULL)));
  }

  private static String targets(LoraTargets targets) {
    return switch (targets) {
      case LoraTargets.AllLinear every -> "all-linear";
      case LoraTargets.Names named -> String.join(", ", named.names());
      case LoraTargets.Matching matching -> matching.regex();
    };
  }

  private void data() {
    var counts = rows.describe(path);
    output.say("%s: %s, %s (%,d of an assistant), %s", path, Counted.of(counts.rows(), "row"),
        Counted.of(counts.messages(), "message"), counts.assistantMessages(),
        Counted.of(counts.characters(), "character"));
    output.event("summary", Json.object().put("kind", "data").put("rows", counts.rows())
        .put("messages", counts.messages()).put("assistantMessages", counts.assistantMessages())
        .put("characters", counts.characters()));
  }
}
