package linnet.nn.convert;

import java.nio.file.Path;
import java.util.Set;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Which adapters a GGUF file can carry: plain low-rank products, whatever their ranks and scales. */
final class GgufAdapterConfig {
  /** Fields that decide ranks and scales, or which weights there are, or nothing that a reader sees. */
  private static final Set<String> SAYABLE = Set.of("peft_type", "r", "lora_alpha", "lora_dropout",
      "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "rank_pattern",
      "alpha_pattern", "use_rslora", "bias", "init_lora_weights", "auto_mapping", "base_model_name_or_path",
      "inference_mode", "peft_version", "revision", "task_type", "megatron_core", "megatron_config",
      "qalora_group_size", "loftq_config", "eva_config", "corda_config", "lora_ga_config", "runtime_config",
      "ensure_weight_tying", "fan_in_fan_out");
  /** Initialisations that leave the base weights as they are; others change them as well. */
  private static final Set<String> PLAIN_INITIALISATIONS = Set.of("gaussian", "eva", "orthogonal");
  private static final String MERGE = "; merge the adapter into its base model and convert that";

  private GgufAdapterConfig() {}

  /**
   * Requires that a PEFT configuration asks for nothing else.
   *
   * @throws linnet.nn.json.JsonException if it does; the message names the field
   */
  static void requireSayable(Path file) {
    var json = JsonCursor.read(file);
    var type = json.at("peft_type");
    if (!type.asString().equals("LORA")) {
      throw type.error("\"LORA\", the only kind of adapter that GGUF carries" + MERGE);
    }
    json.opt("bias").ifPresent(bias -> {
      if (!bias.asString().equals("none")) {
        throw bias.error("\"none\": a GGUF adapter carries no biases" + MERGE);
      }
    });
    json.opt("init_lora_weights").ifPresent(init -> {
      if (init.value() instanceof Json.Str(var name) && !PLAIN_INITIALISATIONS.contains(name)) {
        throw init.error("an initialisation that leaves the base weights as they are" + MERGE);
      }
    });
    json.members().forEach((name, field) -> {
      if (!SAYABLE.contains(name) && !field.isUnset()) {
        throw field.error("nothing: a GGUF adapter cannot carry this" + MERGE);
      }
    });
  }
}
