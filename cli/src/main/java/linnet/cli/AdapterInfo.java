package linnet.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import linnet.nn.io.GgufAdapter;
import linnet.nn.json.Json;
import linnet.nn.lora.AdapterFiles;
import linnet.nn.lora.LayerChoice;
import linnet.nn.lora.LoraConfig;
import linnet.nn.lora.LoraTargets;
import linnet.nn.lora.TrainedOn;

/** What {@code linnet info} tells of an adapter. */
record AdapterInfo(Output output, Path path) {
  /** One in PEFT's layout. */
  void tell() {
    var description = AdapterFiles.describe(path);
    var lora = description.lora();
    var base = description.baseModel().orElse("(not named)");
    var quantization = TrainedOn.quantization(path);
    output.say("%s: a LoRA adapter", path);
    output.say("  %s, rank %d, alpha %s, dropout %s, on %s%s", kind(lora), lora.rank(), lora.alpha(), lora.dropout(),
        targets(lora.targets()), lora.layers().map(layers -> " of layers " + layers(layers)).orElse(""));
    lora.excluded().ifPresent(excluded -> output.say("  not on: %s", targets(excluded)));
    sayPatterns("rank", lora.rankPattern());
    sayPatterns("alpha", lora.alphaPattern());
    if (!lora.modulesToSave().isEmpty()) {
      output.say("  trained in full: %s", String.join(", ", lora.modulesToSave()));
    }
    output.say("  base model: %s%s", base,
        quantization.map(types -> ", its projections quantised to " + types).orElse(""));
    output.event("summary", Json.object().put("kind", "adapter").put("rank", lora.rank())
        .put("alpha", lora.alpha()).put("dropout", lora.dropout()).put("targets", targets(lora.targets()))
        .put("layers", lora.layers().map(layers -> Json.of(layers.layers().stream().map(Json::of).toList()))
            .orElse(Json.NULL))
        .put("dora", lora.decomposed()).put("modulesToSave", Json.strings(lora.modulesToSave()))
        .put("baseModel", base).put("baseQuantization", quantization.<Json>map(Json::of).orElse(Json.NULL)));
  }

  /** One in a GGUF file. */
  void tell(GgufAdapter adapter) {
    output.say("%s: a LoRA adapter in GGUF, for llama.cpp (--lora) and Ollama (ADAPTER)", path);
    output.say("  rank %d, alpha %s, on %s of a %s model", adapter.rank(),
        adapter.alpha().isPresent() ? adapter.alpha().getAsDouble() : "unknown",
        Counted.of(adapter.adapted(), "weight"), adapter.architecture());
    output.say("  Linnet reads adapters from folders in PEFT's layout, such as the one that this was made of");
    var summary = Json.object().put("kind", "ggufAdapter").put("architecture", adapter.architecture())
        .put("rank", adapter.rank()).put("weights", adapter.adapted());
    adapter.alpha().ifPresent(alpha -> summary.put("alpha", alpha));
    output.event("summary", summary);
  }

  private static String kind(LoraConfig lora) {
    return (lora.decomposed() ? "DoRA" : "LoRA")
        + (lora.scaling() == LoraConfig.Scaling.BY_ROOT_OF_RANK ? " scaled by the root of the rank" : "");
  }

  private void sayPatterns(String what, Map<String, ?> patterns) {
    if (!patterns.isEmpty()) {
      output.say("  another %s: %s", what, patterns.entrySet().stream()
          .map(entry -> entry.getValue() + " on " + entry.getKey()).collect(Collectors.joining(", ")));
    }
  }

  /** Numbers in which neighbours are a range: {@code 0, 4-7}. */
  private static String layers(LayerChoice choice) {
    var numbers = choice.layers().stream().sorted().distinct().toList();
    var text = new StringBuilder();
    for (int from = 0; from < numbers.size();) {
      int to = from;
      while (to + 1 < numbers.size() && numbers.get(to + 1) == numbers.get(to) + 1) {
        to++;
      }
      text.append(from == 0 ? "" : ", ").append(numbers.get(from)).append(to > from ? "-" + numbers.get(to) : "");
      from = to + 1;
    }
    return text + (choice.patterns().isEmpty() ? "" : " in " + String.join(", ", choice.patterns()));
  }

  private static String targets(LoraTargets targets) {
    return switch (targets) {
      case LoraTargets.AllLinear every -> "all-linear";
      case LoraTargets.Names named -> String.join(", ", named.names());
      case LoraTargets.Matching matching -> matching.regex();
    };
  }
}
