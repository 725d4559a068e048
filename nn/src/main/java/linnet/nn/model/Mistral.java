package linnet.nn.model;

import java.util.Map;
import linnet.nn.json.JsonCursor;
import linnet.tensor.AttentionRule;

/** Mistral (Jiang et al., 2023): Llama with a sliding window. */
final class Mistral implements Family {
  private static final double EPS = 1e-6;
  private static final double THETA = 10_000;
  private static final int WINDOW = 4096;

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public String architecture() {
    return "MistralForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 131_072, "num_key_value_heads", 8);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    int otherwise = ConfigBuilder.has(json, "sliding_window") ? AttentionRule.UNBOUNDED : WINDOW;
    return ConfigBuilder.standard(this, json, EPS)
        .rope(RopeConfig.read(json, THETA))
        .window(json.opt("sliding_window").map(JsonCursor::asCount).orElse(otherwise), layer -> true)
        .build();
  }
}
