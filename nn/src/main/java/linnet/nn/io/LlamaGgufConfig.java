package linnet.nn.io;

import java.util.List;
import linnet.nn.json.Json;
import linnet.nn.json.ObjectBuilder;
import linnet.tensor.Codec;
import linnet.tensor.DType;

/**
 * The hyper-parameters of a GGUF file of the architecture {@code llama} as Hugging Face's {@code
 * config.json}.
 */
final class LlamaGgufConfig {
  static final String ARCHITECTURE = "llama";
  static final String LAYERS = "llama.block_count";
  static final String CONTEXT = "llama.context_length";
  static final String HIDDEN = "llama.embedding_length";
  static final String INTERMEDIATE = "llama.feed_forward_length";
  static final String HEADS = "llama.attention.head_count";
  static final String KV_HEADS = "llama.attention.head_count_kv";
  static final String KEY_LENGTH = "llama.attention.key_length";
  static final String VALUE_LENGTH = "llama.attention.value_length";
  static final String ROPE_DIMENSIONS = "llama.rope.dimension_count";
  static final String EPSILON = "llama.attention.layer_norm_rms_epsilon";
  static final String THETA = "llama.rope.freq_base";
  static final String SCALING_TYPE = "llama.rope.scaling.type";
  static final String SCALING_FACTOR = "llama.rope.scaling.factor";
  static final String VOCABULARY = "llama.vocab_size";
  /** What llama.cpp takes where the file does not say. */
  private static final double DEFAULT_THETA = 10_000;

  private final GgufFile file;
  private final GgufMetadata metadata;
  private final TensorStore tensors;

  LlamaGgufConfig(GgufFile file, TensorStore tensors) {
    this.file = file;
    this.metadata = file.metadata();
    this.tensors = tensors;
  }

  static int kvHeads(GgufMetadata metadata) {
    return metadata.values().containsKey(KV_HEADS) ? metadata.size(KV_HEADS) : metadata.size(HEADS);
  }

  /**
   * The configuration.
   *
   * @throws ModelFormatException if a hyper-parameter is missing or of a wrong kind
   */
  Json.Obj json() {
    var tokenizer = GgufTokenizer.read(metadata);
    var config = Json.object()
        .put("architectures", Json.strings(List.of("LlamaForCausalLM")))
        .put("attention_bias", tensors.specs().containsKey("model.layers.0.self_attn.q_proj.bias"));
    tokenizer.ifPresent(t -> t.bos().ifPresent(id -> config.put("bos_token_id", id)));
    tokenizer.ifPresent(t -> t.eos().ifPresent(id -> config.put("eos_token_id", id)));
    config.put("head_dim", headDim())
        .put("hidden_act", "silu")
        .put("hidden_size", metadata.size(HIDDEN))
        .put("intermediate_size", metadata.size(INTERMEDIATE))
        .put("max_position_embeddings", metadata.size(CONTEXT))
        .put("mlp_bias", tensors.specs().containsKey("model.layers.0.mlp.gate_proj.bias"))
        .put("model_type", ARCHITECTURE)
        .put("num_attention_heads", metadata.size(HEADS))
        .put("num_hidden_layers", metadata.size(LAYERS))
        .put("num_key_value_heads", kvHeads(metadata));
    tokenizer.ifPresent(t -> t.padding().ifPresent(id -> config.put("pad_token_id", id)));
    config.put("rms_norm_eps", (float) required(EPSILON));
    putRope(config);
    return config
        .put("tie_word_embeddings", !tensors.specs().containsKey(LlamaTensorNames.HEAD))
        .put("torch_dtype", torchName(embedding().dtype()))
        .put("vocab_size", vocabulary())
        .build();
  }

  private int headDim() {
    for (String key : List.of(KEY_LENGTH, ROPE_DIMENSIONS)) {
      if (metadata.values().containsKey(key)) {
        return metadata.size(key);
      }
    }
    return metadata.size(HIDDEN) / metadata.size(HEADS);
  }

  private void putRope(ObjectBuilder config) {
    double theta = metadata.real(THETA).orElse(DEFAULT_THETA);
    String type = metadata.text(SCALING_TYPE).orElse("none");
    Json scaling = switch (type) {
      case "none" -> file.specs().containsKey(LlamaTensorNames.ROPE_FACTORS)
          ? Llama3RopeFactors.from(ropeFactors(), theta, file.path()).toJson() : Json.NULL;
      case "linear" -> Json.object().put("rope_type", type)
          .put("factor", (float) required(SCALING_FACTOR))
          .build();
      default -> throw new ModelFormatException(metadata.file(), SCALING_TYPE, "found " + type
          + ", expected none or linear; take the model's Hugging Face folder");
    };
    config.put("rope_scaling", scaling).put("rope_theta", (float) theta);
  }

  private double required(String key) {
    return metadata.real(key).orElseThrow(() -> metadata.missing(key));
  }

  private float[] ropeFactors() {
    var tensor = file.get(LlamaTensorNames.ROPE_FACTORS);
    var factors = new float[(int) tensor.shape().elements()];
    Codec.decode(tensor.dtype(), tensor.bytes(), 0, factors, 0, factors.length);
    return factors;
  }

  private TensorSpec embedding() {
    var spec = tensors.specs().get(LlamaTensorNames.EMBEDDING);
    if (spec == null || spec.shape().rank() != 2) {
      throw new ModelFormatException(metadata.file(), "token_embd.weight", "found "
          + (spec == null ? "no such tensor" : spec.shape())
          + ", expected the embedding, (vocabulary, hidden)");
    }
    return spec;
  }

  /** The embedding says it best: files exist whose metadata leave it out. */
  private int vocabulary() {
    int rows = embedding().shape().size(0);
    if (metadata.values().containsKey(VOCABULARY) && metadata.size(VOCABULARY) != rows) {
      throw new ModelFormatException(metadata.file(), VOCABULARY, "found " + metadata.size(VOCABULARY)
          + ", expected " + rows + ", the rows of token_embd.weight");
    }
    return rows;
  }

  /** The name of a type in a Hugging Face config; block types are computed in F32. */
  static String torchName(DType dtype) {
    return switch (dtype) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      case F64 -> "float64";
      default -> "float32";
    };
  }
}
