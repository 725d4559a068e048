package linnet.nn.model;

import java.util.Map;
import java.util.Optional;
import linnet.nn.json.JsonCursor;

/** Gemma 3's text model (Kamath et al., 2025): norms of queries and keys, another base in local layers. */
final class Gemma3 implements Family {
  private static final double EPS = 1e-6;
  private static final double GLOBAL_THETA = 1_000_000;
  private static final double LOCAL_THETA = 10_000;
  private static final int PATTERN = 6;

  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public String architecture() {
    return "Gemma3ForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 131_072, "num_key_value_heads", 4, "pad_token_id", 0);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    int pattern = json.opt("sliding_window_pattern").map(JsonCursor::asCount).orElse(PATTERN);
    double eps = json.opt("rms_norm_eps").map(JsonCursor::asPositive).orElse(EPS);
    var builder = Gemma2.common(this, json);
    var sliding = builder.sliding(layer -> (layer + 1) % pattern != 0);
    return builder
        .ropes(rope(json, "full_attention", json.opt("rope_scaling"), "rope_theta", GLOBAL_THETA),
            rope(json, "sliding_attention", Optional.empty(), "rope_local_base_freq", LOCAL_THETA), sliding)
        .window(Gemma2.window(json), sliding)
        .queryKeyNorm(new NormKind.Rms(eps, 1))
        .logitSoftCap(Gemma2.cap(json, "final_logit_softcapping", Double.POSITIVE_INFINITY))
        .build();
  }

  /** Newer files have the parameters of each kind of layer, older ones fields of their own for local ones. */
  private static RopeConfig rope(JsonCursor json, String kind, Optional<JsonCursor> older, String thetaField,
      double otherwise) {
    var newer = json.opt("rope_parameters").flatMap(p -> p.opt(kind));
    var parameters = older.or(() -> newer);
    double theta = parameters.flatMap(p -> p.opt("rope_theta"))
        .or(() -> newer.flatMap(p -> p.opt("rope_theta"))).or(() -> json.opt(thetaField))
        .map(JsonCursor::asPositive).orElse(otherwise);
    return RopeConfig.of(json, parameters, theta, 1);
  }
}
