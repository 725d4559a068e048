package linnet.nn.io;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The names of a Llama's tensors: those of GGUF ({@code blk.0.attn_q.weight}) and those of Hugging Face. */
final class LlamaTensorNames {
  /** The frequency factors of Llama 3.1's rotary scaling, which Hugging Face keeps in the config. */
  static final String ROPE_FACTORS = "rope_freqs.weight";
  static final String HEAD = "lm_head.weight";
  static final String EMBEDDING = "model.embed_tokens.weight";

  private static final Map<String, String> WHOLE = Map.of(
      "token_embd.weight", EMBEDDING, "output_norm.weight", "model.norm.weight", "output.weight", HEAD);
  private static final Map<String, String> WITHIN_LAYER = Map.of(
      "attn_norm", "input_layernorm",
      "attn_q", "self_attn.q_proj",
      "attn_k", "self_attn.k_proj",
      "attn_v", "self_attn.v_proj",
      "attn_output", "self_attn.o_proj",
      "ffn_norm", "post_attention_layernorm",
      "ffn_gate", "mlp.gate_proj",
      "ffn_up", "mlp.up_proj",
      "ffn_down", "mlp.down_proj");
  private static final Map<String, String> WHOLE_BACK = inverse(WHOLE);
  private static final Map<String, String> WITHIN_LAYER_BACK = inverse(WITHIN_LAYER);
  private static final Pattern GGUF = Pattern.compile("blk\\.(0|[1-9][0-9]*)\\.(.+)\\.(weight|bias)");
  private static final Pattern HUGGING_FACE =
      Pattern.compile("model\\.layers\\.(0|[1-9][0-9]*)\\.(.+)\\.(weight|bias)");

  private LlamaTensorNames() {}

  private static Map<String, String> inverse(Map<String, String> names) {
    return names.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));
  }

  /** Hugging Face's name, or empty where a Llama has no such tensor. */
  static Optional<String> toHuggingFace(String gguf) {
    return translate(gguf, WHOLE, GGUF, "model.layers.", WITHIN_LAYER);
  }

  /** GGUF's name, or empty where a Llama has no such tensor. */
  static Optional<String> toGguf(String huggingFace) {
    return translate(huggingFace, WHOLE_BACK, HUGGING_FACE, "blk.", WITHIN_LAYER_BACK);
  }

  private static Optional<String> translate(
      String name, Map<String, String> whole, Pattern layer, String prefix, Map<String, String> within) {
    var fixed = whole.get(name);
    if (fixed != null) {
      return Optional.of(fixed);
    }
    var match = layer.matcher(name);
    if (!match.matches()) {
      return Optional.empty();
    }
    return Optional.ofNullable(within.get(match.group(2)))
        .map(part -> prefix + match.group(1) + "." + part + "." + match.group(3));
  }
}
