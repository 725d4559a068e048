package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import java.util.function.IntPredicate;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.MlpKind;

/** SmolLM3: Llama, some of whose layers have no rotary embedding. */
final class SmolLm3 implements Family {
  private static final double EPS = 1e-6;
  private static final double THETA = 2_000_000;
  private static final int INTERVAL = 4;

  @Override
  public String modelType() {
    return "smollm3";
  }

  @Override
  public String architecture() {
    return "SmolLM3ForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 32_768, "num_key_value_heads", 4, "pad_token_id", 128_004);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    boolean bias = flag(json, "attention_bias", false);
    var builder = ConfigBuilder.standard(this, json, EPS).rope(RopeConfig.read(json, THETA));
    var plain = withoutRope(json, builder.layerCount());
    boolean plainSlide = flag(json, "use_sliding_window", false);
    json.opt("sliding_window").map(JsonCursor::asCount).ifPresent(window ->
        builder.window(window, builder.sliding(layer -> plainSlide && plain.test(layer))));
    return builder.withoutRope(plain)
        .tied(flag(json, "tie_word_embeddings", true))
        .attentionBias(bias, bias)
        .mlp(MlpKind.GATED, flag(json, "mlp_bias", false))
        .build();
  }

  /** {@code no_rope_layers} has a 1 for a layer with a rotary embedding, and a 0 for one without. */
  private static IntPredicate withoutRope(JsonCursor json, int layers) {
    var field = json.opt("no_rope_layers");
    if (field.isEmpty()) {
      int interval = json.opt("no_rope_layer_interval").map(JsonCursor::asCount).orElse(INTERVAL);
      return layer -> (layer + 1) % interval == 0;
    }
    var turned = field.get().elements().stream().map(JsonCursor::asInt).toList();
    if (turned.size() < layers) {
      throw field.get().error("a number for each of the " + layers + " layers");
    }
    return layer -> turned.get(layer) == 0;
  }
}
