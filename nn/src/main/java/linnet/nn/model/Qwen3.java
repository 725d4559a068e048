package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import java.util.Optional;
import linnet.nn.json.JsonCursor;

/** Qwen 3 (Yang et al., 2025): Llama with norms of queries and keys, and heads of a size of their own. */
final class Qwen3 implements Family {
  private static final double EPS = 1e-6;
  private static final double THETA = 10_000;
  private static final int HEAD_DIM = 128;

  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public String architecture() {
    return "Qwen3ForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 32_768, "num_key_value_heads", 32);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    double eps = json.opt("rms_norm_eps").map(JsonCursor::asPositive).orElse(EPS);
    boolean bias = flag(json, "attention_bias", false);
    return Qwen2.windowed(ConfigBuilder.standard(this, json, EPS), json)
        .heads("num_attention_heads", Optional.of(HEAD_DIM))
        .rope(RopeConfig.read(json, THETA))
        .queryKeyNorm(new NormKind.Rms(eps, 0))
        .attentionBias(bias, bias)
        .build();
  }
}
