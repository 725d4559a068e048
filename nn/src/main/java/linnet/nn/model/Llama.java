package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.MlpKind;

/** Llama 1 to 3 (Touvron et al., 2023), SmolLM2, and what else calls itself so. */
final class Llama implements Family {
  private static final double EPS = 1e-6;
  private static final double THETA = 10_000;

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public String architecture() {
    return "LlamaForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 2048);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    boolean bias = flag(json, "attention_bias", false);
    return ConfigBuilder.standard(this, json, EPS)
        .requireWholeHeads("num_attention_heads")
        .rope(RopeConfig.read(json, THETA))
        .attentionBias(bias, bias)
        .mlp(MlpKind.GATED, flag(json, "mlp_bias", false))
        .build();
  }
}
