package linnet.nn.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/**
 * PEFT's {@code adapter_config.json} (as of PEFT 0.21), read and written. What would change the result and is
 * not supported is refused by name: a field that is not known must be null, false or empty.
 */
final class AdapterConfigFile {
  private static final String ALL_LINEAR = "all-linear";

  /** Fields that say where an adapter comes from or how others run it: they change no result. */
  private static final Set<String> NEUTRAL = Set.of("auto_mapping", "base_model_name_or_path",
      "inference_mode", "peft_version", "revision", "task_type", "megatron_core", "qalora_group_size",
      "loftq_config", "eva_config", "runtime_config",
      "fan_in_fan_out"); // PEFT sets the last one by the kind of layer, whatever the file says
  private static final Set<String> READ = Set.of("peft_type", "r", "lora_alpha", "lora_dropout",
      "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "rank_pattern",
      "alpha_pattern", "use_rslora", "use_dora", "bias", "init_lora_weights", "modules_to_save",
      "ensure_weight_tying");
  /** Further initialisations that leave the base weights as they are; others change them as well. */
  private static final Set<String> PLAIN_INITIALISATIONS = Set.of("eva", "orthogonal");

  private AdapterConfigFile() {}

  static LoraConfig read(JsonCursor json) {
    var type = json.at("peft_type");
    if (!type.asString().equals("LORA")) {
      throw type.error("\"LORA\", the only supported kind of adapter");
    }
    refuseUnsupported(json);
    try {
      return config(json);
    } catch (JsonException told) {
      throw told;
    } catch (IllegalArgumentException contradiction) {
      throw json.error("a configuration of PEFT; "
          + contradiction.getMessage().lines().findFirst().orElse(""));
    }
  }

  private static LoraConfig config(JsonCursor json) {
    var builder = LoraConfig.builder(json.at("r").asCount(), json.at("lora_alpha").asPositive())
        .targets(targets(json.at("target_modules")))
        .rankPattern(pattern(json.opt("rank_pattern"), JsonCursor::asCount))
        .alphaPattern(pattern(json.opt("alpha_pattern"), JsonCursor::asPositive))
        .init(init(json.opt("init_lora_weights")))
        .modulesToSave(names(json.opt("modules_to_save")));
    json.opt("lora_dropout").map(AdapterConfigFile::probability).ifPresent(builder::dropout);
    json.opt("exclude_modules").filter(field -> !field.isUnset()).map(AdapterConfigFile::targets)
        .ifPresent(builder::exclude);
    layers(json).ifPresent(builder::layers);
    if (isSet(json, "use_rslora")) {
      builder.scaling(LoraConfig.Scaling.BY_ROOT_OF_RANK);
    }
    if (isSet(json, "use_dora")) {
      builder.decomposed();
    }
    if (isSet(json, "ensure_weight_tying")) {
      builder.keepTied();
    }
    return builder.build();
  }

  private static boolean isSet(JsonCursor json, String field) {
    return json.opt(field).map(JsonCursor::asBoolean).orElse(false);
  }

  private static LoraInit init(Optional<JsonCursor> field) {
    return field.flatMap(json -> LoraInit.of(json.value())).orElse(LoraInit.DEFAULT);
  }

  private static List<String> names(Optional<JsonCursor> field) {
    return field.map(json -> json.elements().stream().map(JsonCursor::asString).toList()).orElse(List.of());
  }

  private static Optional<LayerChoice> layers(JsonCursor json) {
    var layers = json.opt("layers_to_transform").filter(field -> !field.isUnset());
    var patterns = json.opt("layers_pattern").filter(field -> !field.isUnset());
    if (layers.isEmpty()) {
      patterns.ifPresent(field -> {
        throw field.error("none without layers_to_transform");
      });
      return Optional.empty();
    }
    var numbers = layers.get().value() instanceof Json.Num
        ? List.of(layers.get().asInt())
        : layers.get().elements().stream().map(JsonCursor::asInt).toList();
    var lists = patterns.map(field -> field.value() instanceof Json.Str one
        ? List.of(one.value()) : names(Optional.of(field))).orElse(List.of());
    return Optional.of(new LayerChoice(numbers, lists));
  }

  /**
   * The content of the file.
   *
   * @param transposed whether the base stores its weights as (in, out)
   */
  static Json.Obj write(LoraConfig config, List<String> targetNames, boolean transposed,
      BaseModel baseModel) {
    return Json.object()
        .put("peft_type", "LORA")
        .put("task_type", "CAUSAL_LM")
        .put("base_model_name_or_path", baseModel.nameOrPath())
        .put("revision", baseModel.revision().<Json>map(Json::of).orElse(Json.NULL))
        .put("r", config.rank())
        .put("lora_alpha", number(config.alpha()))
        .put("lora_dropout", config.dropout())
        .put("target_modules", modules(config.targets(), targetNames))
        .put("exclude_modules", config.excluded().map(excluded -> modules(excluded, List.of()))
            .orElse(Json.NULL))
        .put("layers_to_transform", config.layers()
            .<Json>map(choice -> Json.of(choice.layers().stream().map(Json::of).toList())).orElse(Json.NULL))
        .put("layers_pattern", config.layers().filter(choice -> !choice.patterns().isEmpty())
            .<Json>map(choice -> Json.strings(choice.patterns())).orElse(Json.NULL))
        .put("rank_pattern", object(config.rankPattern(), Json::of))
        .put("alpha_pattern", object(config.alphaPattern(), AdapterConfigFile::number))
        .put("use_rslora", config.scaling() == LoraConfig.Scaling.BY_ROOT_OF_RANK)
        .put("use_dora", config.decomposed())
        .put("bias", "none")
        .put("fan_in_fan_out", transposed)
        .put("init_lora_weights", config.init().json())
        .put("modules_to_save", config.modulesToSave().isEmpty()
            ? Json.NULL : Json.strings(config.modulesToSave()))
        .put("ensure_weight_tying", config.keepTied())
        .put("inference_mode", true)
        .build();
  }

  private static Json modules(LoraTargets targets, List<String> all) {
    return switch (targets) {
      case LoraTargets.AllLinear() -> Json.strings(all);
      case LoraTargets.Names(var names) -> Json.strings(names);
      case LoraTargets.Matching(var regex) -> Json.of(regex);
    };
  }

  private static void refuseUnsupported(JsonCursor json) {
    json.opt("bias").ifPresent(bias -> {
      if (!bias.asString().equals("none")) {
        throw bias.error("\"none\": adapters that train biases are not supported");
      }
    });
    json.opt("init_lora_weights").ifPresent(init -> {
      if (LoraInit.of(init.value()).isEmpty()
          && !(init.value() instanceof Json.Str(var name) && PLAIN_INITIALISATIONS.contains(name))) {
        throw init.error("\"pissa\", or an initialisation that leaves the base weights as they are; others"
            + " cannot be made again from the base model: in PEFT, save the adapter with"
            + " path_initial_model_for_weight_conversion");
      }
    });
    json.members().forEach((name, field) -> {
      if (!NEUTRAL.contains(name) && !READ.contains(name) && !field.isUnset()) {
        throw field.error("nothing: this option is not supported");
      }
    });
  }

  private static LoraTargets targets(JsonCursor field) {
    if (!(field.value() instanceof Json.Str(var text))) {
      var names = field.elements().stream().map(JsonCursor::asString).toList();
      if (names.isEmpty()) {
        throw field.error("names of projections, a regular expression or \"" + ALL_LINEAR + "\"");
      }
      return new LoraTargets.Names(names);
    }
    if (text.equalsIgnoreCase(ALL_LINEAR)) {
      return new LoraTargets.AllLinear();
    }
    requireRegex(text, field);
    return new LoraTargets.Matching(text);
  }

  private static void requireRegex(String text, JsonCursor field) {
    try {
      PythonRegex.compile(text);
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
