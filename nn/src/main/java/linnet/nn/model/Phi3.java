package linnet.nn.model;

import java.util.Map;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.MlpKind;
import linnet.tensor.AttentionRule;

/** Phi-3, 3.5 and 4-mini (Abdin et al., 2024): Llama with fused projections. */
final class Phi3 implements Family {
  private static final double EPS = 1e-5;
  private static final double THETA = 10_000;

  @Override
  public String modelType() {
    return "phi3";
  }

  @Override
  public String architecture() {
    return "Phi3ForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 4096, "original_max_position_embeddings", 4096, "pad_token_id",
        32_000);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    int window = json.opt("sliding_window").map(JsonCursor::asCount).orElse(AttentionRule.UNBOUNDED);
    return ConfigBuilder.standard(this, json, EPS)
        .rope(RopeConfig.read(json, THETA, 1))
        .window(window, layer -> true)
        .fusedQueryKeyValue()
        .mlp(MlpKind.FUSED_GATED, false)
        .build();
  }
}
