package linnet.nn.io;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import linnet.nn.json.JsonCursor;

/** The metadata that llama.cpp wants of a Llama, made from Hugging Face's {@code config.json}. */
final class LlamaGgufMetadata {
  private static final double DEFAULT_THETA = 10_000;

  private LlamaGgufMetadata() {}

  /**
   * The values under {@code llama.*}.
   *
   * @throws linnet.nn.json.JsonException if a field is missing, or asks for something that GGUF cannot say
   */
  static SequencedMap<String, GgufValue> of(JsonCursor config) {
    var type = config.at("model_type");
    if (!type.asString().equals(LlamaGgufConfig.ARCHITECTURE)) {
      throw type.error("\"llama\", the architecture that can be written as GGUF");
    }
    int headDim = headDim(config);
    var values = new LinkedHashMap<String, GgufValue>();
    values.put(LlamaGgufConfig.LAYERS, count(config.at("num_hidden_layers")));
    values.put(LlamaGgufConfig.CONTEXT, count(config.at("max_position_embeddings")));
    values.put(LlamaGgufConfig.HIDDEN, count(config.at("hidden_size")));
    values.put(LlamaGgufConfig.INTERMEDIATE, count(config.at("intermediate_size")));
    values.put(LlamaGgufConfig.HEADS, GgufValue.uint32(heads(config)));
    values.put(LlamaGgufConfig.KV_HEADS, GgufValue.uint32(kvHeads(config)));
    values.put(LlamaGgufConfig.KEY_LENGTH, GgufValue.uint32(headDim));
    values.put(LlamaGgufConfig.VALUE_LENGTH, GgufValue.uint32(headDim));
    values.put(LlamaGgufConfig.ROPE_DIMENSIONS, GgufValue.uint32(headDim));
    values.put(LlamaGgufConfig.THETA, GgufValue.float32(theta(config)));
    values.put(LlamaGgufConfig.EPSILON, GgufValue.float32(config.at("rms_norm_eps").asDouble()));
    values.put(LlamaGgufConfig.VOCABULARY, count(config.at("vocab_size")));
    scaling(config).ifPresent(scaling -> putScaling(values, scaling));
    return values;
  }

  /** Llama 3.1's rotary scaling, which GGUF keeps in a tensor, where the config has it. */
  static Optional<Llama3RopeFactors> llama3(JsonCursor config) {
    return scaling(config).filter(s -> scalingType(s).asString().equals(Llama3RopeFactors.TYPE))
        .map(Llama3RopeFactors::read);
  }

  private static void putScaling(SequencedMap<String, GgufValue> values, JsonCursor scaling) {
    var type = scalingType(scaling);
    switch (type.asString()) {
      case "linear" -> {
        values.put(LlamaGgufConfig.SCALING_TYPE, GgufValue.text("linear"));
        values.put(LlamaGgufConfig.SCALING_FACTOR, GgufValue.float32(scaling.at("factor").asDouble()));
      }
      case Llama3RopeFactors.TYPE, "default" -> { } // a tensor says the first; the second is none
      default -> throw type.error("default, linear or llama3, the scalings that can be written as GGUF");
    }
  }

  static int heads(JsonCursor config) {
    return positive(config.at("num_attention_heads"));
  }

  static int kvHeads(JsonCursor config) {
    return config.opt("num_key_value_heads").map(LlamaGgufMetadata::positive).orElseGet(() -> heads(config));
  }

  static int headDim(JsonCursor config) {
    return config.opt("head_dim").map(LlamaGgufMetadata::positive)
        .orElseGet(() -> positive(config.at("hidden_size")) / heads(config));
  }

  /** Newer configs keep it in {@code rope_parameters}, older ones at the top. */
  static double theta(JsonCursor config) {
    return config.opt("rope_parameters").flatMap(rope -> rope.opt("rope_theta"))
        .or(() -> config.opt("rope_theta"))
        .map(JsonCursor::asDouble).orElse(DEFAULT_THETA);
  }

  private static Optional<JsonCursor> scaling(JsonCursor config) {
    return config.opt("rope_scaling").or(() -> config.opt("rope_parameters"));
  }

  private static JsonCursor scalingType(JsonCursor scaling) {
    return scaling.opt("rope_type").orElseGet(() -> scaling.at("type"));
  }

  private static GgufValue count(JsonCursor field) {
    return GgufValue.uint32(positive(field));
  }

  private static int positive(JsonCursor field) {
    int number = field.asInt();
    if (number < 1) {
      throw field.error("at least 1");
    }
    return number;
  }
}
