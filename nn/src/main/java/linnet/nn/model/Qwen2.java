package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import linnet.nn.json.JsonCursor;
import linnet.tensor.AttentionRule;

/** Qwen 2 and 2.5 (Yang et al., 2024): Llama with biases of queries, keys and values. */
final class Qwen2 implements Family {
  private static final double EPS = 1e-6;
  private static final double THETA = 10_000;
  private static final int WINDOW = 4096;
  private static final int FULL_LAYERS = 28;

  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public String architecture() {
    return "Qwen2ForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 32_768, "num_key_value_heads", 32);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    return windowed(ConfigBuilder.standard(this, json, EPS), json)
        .rope(RopeConfig.read(json, THETA))
        .attentionBias(true, false)
        .build();
  }

  /** The upper layers slide, where the file asks for it. */
  static ConfigBuilder windowed(ConfigBuilder builder, JsonCursor json) {
    int full = json.opt("max_window_layers").map(JsonCursor::asInt).orElse(FULL_LAYERS);
    int window = json.opt("sliding_window").map(JsonCursor::asCount)
        .orElse(ConfigBuilder.has(json, "sliding_window") ? AttentionRule.UNBOUNDED : WINDOW);
    var sliding = builder.sliding(layer -> layer >= full);
    return flag(json, "use_sliding_window", false) ? builder.window(window, sliding) : builder;
  }
}
