package linnet.nn.model;

import static linnet.nn.model.ConfigBuilder.flag;

import java.util.Map;
import java.util.Optional;
import linnet.nn.Activation;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.MlpKind;
import linnet.nn.model.DecoderForm.Residuals;

/**
 * Phi-1, 1.5 and 2 (Li et al., 2023): attention and MLP in parallel, heads of which a part is turned. The
 * dropout of branches that its files name was that of its training and is not applied.
 */
final class Phi implements Family {
  private static final double EPS = 1e-5;
  private static final double THETA = 10_000;
  private static final double ROTATED = 0.5;

  @Override
  public String modelType() {
    return "phi";
  }

  @Override
  public String architecture() {
    return "PhiForCausalLM";
  }

  @Override
  public Map<String, Integer> defaults() {
    return Map.of("max_position_embeddings", 2048);
  }

  @Override
  public ModelConfig read(JsonCursor json) {
    var norm = new NormKind.Layer(json.opt("layer_norm_eps").map(JsonCursor::asPositive).orElse(EPS));
    var builder = new ConfigBuilder(this, json)
        .sizes("hidden_size", "intermediate_size", "num_hidden_layers", "max_position_embeddings")
        .heads("num_attention_heads", Optional.empty())
        .norm(norm)
        .rope(RopeConfig.read(json, THETA, ROTATED));
    return (flag(json, "qk_layernorm", false) ? builder.queryKeyNorm(norm) : builder)
        .residuals(Residuals.PARALLEL)
        .attentionBias(true, true)
        .mlp(MlpKind.PLAIN, true)
        .activation("hidden_act", Activation.GELU_TANH)
        .tied(flag(json, "tie_word_embeddings", false))
        .padding()
        .headBias()
        .names(Map.of("norm", "final_layernorm", "oProj", "dense", "qNorm", "q_layernorm", "kNorm",
            "k_layernorm"))
        .build();
  }
}
