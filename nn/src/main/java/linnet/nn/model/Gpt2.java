package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import java.util.Optional;
import linnet.nn.Activation;
import linnet.nn.WeightLayout;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.MlpKind;

/**
 * GPT-2 (Radford et al., 2019): learned positions, layer norms, and weights stored as (in, out). The dropout
 * that its files name was that of its training and is not applied.
 */
final class Gpt2 implements Family {
  private static final double EPS = 1e-5;
  private static final int MLP_MULTIPLE = 4;

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String architecture() {
    return "GPT2LMHeadModel";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("n_positions", 1024);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    if (flag(json, "add_cross_attention", false)) {
      throw json.at("add_cross_attention").error("false, the only supported value");
    }
    var builder = new ConfigBuilder(this, json)
        .sizes("n_embd", json.opt("n_inner"), MLP_MULTIPLE, "n_layer", "n_positions")
        .heads("n_head", Optional.empty())
        .requireWholeHeads("n_head")
        .norm(new NormKind.Layer(json.opt("layer_norm_epsilon").map(JsonCursor::asPositive).orElse(EPS)));
    double scale = flag(json, "scale_attn_weights", true) ? 1 / Math.sqrt(builder.headDim()) : 1;
    boolean byLayer = flag(json, "scale_attn_by_inverse_layer_idx", false);
    return builder.scoreScale(layer -> byLayer ? scale / (layer + 1) : scale)
        .learnedPositions()
        .fusedQueryKeyValue()
        .attentionBias(true, true)
        .mlp(MlpKind.PLAIN, true)
        .activation("activation_function", Activation.GELU_TANH)
        .layout(WeightLayout.IN_OUT)
        .tied(flag(json, "tie_word_embeddings", true))
        .names(Map.ofEntries(Map.entry("model", "transformer"), Map.entry("embedTokens", "wte"),
            Map.entry("positions", "wpe"), Map.entry("layers", "h"), Map.entry("norm", "ln_f"),
            Map.entry("inputLayernorm", "ln_1"), Map.entry("selfAttn", "attn"),
            Map.entry("mlpNorm", "ln_2"), Map.entry("qkvProj", "c_attn"), Map.entry("oProj", "c_proj"),
            Map.entry("fc1", "c_fc"), Map.entry("fc2", "c_proj")))
        .ignored(".attn.bias", ".attn.masked_bias")
        .build();
  }
}
