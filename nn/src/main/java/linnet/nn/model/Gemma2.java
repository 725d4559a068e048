package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import java.util.Optional;
import linnet.nn.Activation;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.Residuals;
import linnet.tensor.AttentionRule;

/** Gemma 2 (Riviere et al., 2024): alternate layers slide, branches are normed, scores and logits capped. */
final class Gemma2 implements Family {
  private static final double EPS = 1e-6;
  private static final double THETA = 10_000;
  private static final int HEAD_DIM = 256;
  private static final int WINDOW = 4096;
  private static final double SCORE_CAP = 50;
  private static final double LOGIT_CAP = 30;

  @Override
  public String modelType() {
    return "gemma2";
  }

  @Override
  public String architecture() {
    return "Gemma2ForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 8192, "num_key_value_heads", 4, "pad_token_id", 0);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    var builder = common(this, json).rope(RopeConfig.read(json, THETA));
    return builder.window(window(json), builder.sliding(layer -> layer % 2 == 0))
        .scoreSoftCap(cap(json, "attn_logit_softcapping", SCORE_CAP))
        .logitSoftCap(cap(json, "final_logit_softcapping", LOGIT_CAP))
        .build();
  }

  /** What Gemma 2 and 3 have in common. */
  static ConfigBuilder common(Family family, JsonCursor json) {
    if (flag(json, "use_bidirectional_attention", false)) {
      throw json.at("use_bidirectional_attention").error("false: attention to later tokens is not supported");
    }
    double eps = json.opt("rms_norm_eps").map(JsonCursor::asPositive).orElse(EPS);
    double scalar = json.opt("query_pre_attn_scalar").map(JsonCursor::asPositive).orElse((double) HEAD_DIM);
    boolean bias = flag(json, "attention_bias", false);
    var builder = ConfigBuilder.standard(family, json, EPS)
        .heads("num_attention_heads", Optional.of(HEAD_DIM))
        .norm(new NormKind.Rms(eps, 1));
    return builder.residuals(Residuals.NORMED)
        .attentionBias(bias, bias)
        .scoreScale(layer -> 1 / Math.sqrt(scalar))
        .activation("hidden_activation", Activation.GELU_TANH)
        .embeddingScale((float) Math.sqrt(builder.hiddenSize()))
        .tied(flag(json, "tie_word_embeddings", true))
        .names(Map.of("attentionOutNorm", "post_attention_layernorm", "mlpNorm", "pre_feedforward_layernorm",
            "mlpOutNorm", "post_feedforward_layernorm"));
  }

  /** What scores or logits stay below; null lifts the cap. */
  static double cap(JsonCursor json, String field, double otherwise) {
    return json.opt(field).map(JsonCursor::asPositive)
        .orElse(ConfigBuilder.has(json, field) ? Double.POSITIVE_INFINITY : otherwise);
  }

  static int window(JsonCursor json) {
    return json.opt("sliding_window").map(JsonCursor::asCount)
        .orElse(ConfigBuilder.has(json, "sliding_window") ? AttentionRule.UNBOUNDED : WINDOW);
  }
}
