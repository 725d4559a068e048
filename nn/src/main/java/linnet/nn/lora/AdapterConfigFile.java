package linnet.nn.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * PEFT's {@code adapter_config.json} (as of PEFT 0.21), read and written. What would change the result and is
 * not supported is refused by name: a field that is not known must be null, false or empty.
 */
final class AdapterConfigFile {
  private static final String ALL_LINEAR = "all-linear";

  /** Fields that say where an adapter comes from or how others run it: they change no result. */
  private static final Set<String> NEUTRAL = Set.of("auto_mapping", "base_model_name_or_path",
      "inference_mode", "peft_version", "revision", "task_type", "megatron_core", "qalora_group_size",
      "loftq_config", "eva_config", "runtime_config", "ensure_weight_tying",
      "fan_in_fan_out"); // PEFT sets the last one by the kind of layer, whatever the file says
  private static final Set<String> READ = Set.of("peft_type", "r", "lora_alpha", "lora_dropout",
      "target_modules", "rank_pattern", "alpha_pattern", "use_rslora", "bias", "init_lora_weights");
  /** Initialisations that leave the base weights as they are; others change them as well. */
  private static final Set<String> PLAIN_INITIALISATIONS = Set.of("gaussian", "eva", "orthogonal");

  private AdapterConfigFile() {}

  static LoraConfig read(JsonCursor json) {
    var type = json.at("peft_type");
    if (!type.asString().equals("LORA")) {
      throw type.error("\"LORA\", the only supported kind of adapter");
    }
    refuseUnsupported(json);
    return new LoraConfig(
        json.at("r").asCount(),
        json.at("lora_alpha").asPositive(),
        json.opt("lora_dropout").map(AdapterConfigFile::probability).orElse(0.0),
        targets(json.at("target_modules")),
        pattern(json.opt("rank_pattern"), JsonCursor::asCount),
        pattern(json.opt("alpha_pattern"), JsonCursor::asPositive),
        json.opt("use_rslora").map(JsonCursor::asBoolean).orElse(false));
  }

  /**
   * The content of the file.
   *
   * @param transposed whether the base stores its weights as (in, out)
   */
  static Json.Obj write(LoraConfig config, List<String> targetNames, boolean transposed, String baseModel) {
    return Json.object()
        .put("peft_type", "LORA")
        .put("task_type", "CAUSAL_LM")
        .put("base_model_name_or_path", baseModel)
        .put("r", config.rank())
        .put("lora_alpha", number(config.alpha()))
        .put("lora_dropout", config.dropout())
        .put("target_modules", switch (config.targets()) {
          case LoraTargets.AllLinear() -> Json.strings(targetNames);
          case LoraTargets.Names(var names) -> Json.strings(names);
          case LoraTargets.Matching(var regex) -> Json.of(regex);
        })
        .put("rank_pattern", object(config.rankPattern(), Json::of))
        .put("alpha_pattern", object(config.alphaPattern(), AdapterConfigFile::number))
        .put("use_rslora", config.rankStabilised())
        .put("use_dora", false)
        .put("bias", "none")
        .put("fan_in_fan_out", transposed)
        .put("init_lora_weights", true)
        .put("modules_to_save", Json.NULL)
        .put("inference_mode", true)
        .build();
  }

  private static void refuseUnsupported(JsonCursor json) {
    json.opt("bias").ifPresent(bias -> {
      if (!bias.asString().equals("none")) {
        throw bias.error("\"none\": adapters that train biases are not supported");
      }
    });
    json.opt("init_lora_weights").ifPresent(init -> {
      if (init.value() instanceof Json.Str(var name) && !PLAIN_INITIALISATIONS.contains(name)) {
        throw init.error("an initialisation that leaves the base weights as they are; in PEFT, save the"
            + " adapter with path_initial_model_for_weight_conversion");
      }
    });
    json.members().forEach((name, field) -> {
      if (!NEUTRAL.contains(name) && !READ.contains(name) && !isUnset(field.value())) {
        throw field.error("nothing: this option is not supported");
      }
    });
  }

  private static boolean isUnset(Json value) {
    return switch (value) {
      case Json.Null n -> true;
      case Json.Bool(boolean set) -> !set;
      case Json.Arr(var elements) -> elements.isEmpty();
      case Json.Obj(var members) -> members.isEmpty();
      case Json.Str s -> s.value().isEmpty();
      case Json.Num n -> false;
    };
  }

  private static LoraTargets targets(JsonCursor field) {
    if (!(field.value() instanceof Json.Str(var text))) {
      var names = field.elements().stream().map(JsonCursor::asString).toList();
      if (names.isEmpty()) {
        throw field.error("names of projections, a regular expression or \"" + ALL_LINEAR + "\"");
      }
      return new LoraTargets.Names(names);
    }
    if (text.equals(ALL_LINEAR)) {
      return new LoraTargets.AllLinear();
    }
    requireRegex(text, field);
    return new LoraTargets.Matching(text);
  }

  private static void requireRegex(String text, JsonCursor field) {
    try {
      Pattern.compile(text);
    } catch (PatternSyntaxException malformed) {
      throw field.error("a regular expression, \"" + text + "\" is none: " + malformed.getDescription());
    }
  }

  private static <T> SequencedMap<String, T> pattern(Optional<JsonCursor> field,
      Function<JsonCursor, T> value) {
    var values = new LinkedHashMap<String, T>();
    field.ifPresent(object -> object.members().forEach((key, member) -> {
      requireRegex(key, member);
      values.put(key, value.apply(member));
    }));
    return values;
  }

  private static <T> Json object(SequencedMap<String, T> values, Function<T, Json> json) {
    var object = Json.object();
    values.forEach((key, value) -> object.put(key, json.apply(value)));
    return object.build();
  }

  private static double probability(JsonCursor field) {
    double value = field.asDouble();
    if (value < 0 || value >= 1) {
      throw field.error("a number in [0, 1)");
    }
    return value;
  }

  /** Whole numbers are written as PEFT types them. */
  private static Json number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15 ? Json.of((long) value) : Json.of(value);
  }
}
