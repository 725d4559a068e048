package linnet.nn.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * The hyper-parameters of a decoder, by the names of Hugging Face's {@code config.json}.
 *
 * @param modelType the family, see {@link CausalLm#declare}
 * @param vocabSize V
 * @param hiddenSize D, the features of a token
 * @param intermediateSize the features inside an MLP
 * @param numHiddenLayers decoder layers
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key/value heads, a divisor of the query heads
 * @param headDim features of a head, even
 * @param maxPositionEmbeddings the longest row
 * @param rmsNormEps what keeps a norm's root from zero
 * @param rope the rotary embedding
 * @param tieWordEmbeddings whether the output head is the embedding
 * @param attentionBias whether q, k, v and o have a bias
 * @param mlpBias whether gate, up and down have a bias
 * @param initializerRange the standard deviation of a new model's weights
 * @param bosTokenId begins a text, where the model has such a token
 * @param eosTokenIds end a text; may be empty
 */
public record ModelConfig(String modelType, int vocabSize, int hiddenSize, int intermediateSize,
    int numHiddenLayers, int numAttentionHeads, int numKeyValueHeads, int headDim, int maxPositionEmbeddings,
    double rmsNormEps, RopeConfig rope, boolean tieWordEmbeddings, boolean attentionBias, boolean mlpBias,
    double initializerRange, Optional<Integer> bosTokenId, List<Integer> eosTokenIds) {
  private static final double DEFAULT_INITIALIZER_RANGE = 0.02;
  private static final double DEFAULT_RMS_NORM_EPS = 1e-6;
  private static final int DEFAULT_MAX_POSITIONS = 2048;

  /** Checks that the sizes fit together. */
  public ModelConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    if (numAttentionHeads % numKeyValueHeads != 0) {
      throw new IllegalArgumentException("num_key_value_heads: found " + numKeyValueHeads
          + ", expected a divisor of num_attention_heads, " + numAttentionHeads);
    }
    if (headDim % 2 != 0) {
      throw new IllegalArgumentException("head_dim: found " + headDim + ", expected an even number, because"
          + " the rotary embedding turns pairs");
    }
  }

  /**
   * Reads a {@code config.json}.
   *
   * @throws linnet.nn.json.JsonException if it is malformed or asks for something that is not supported
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static ModelConfig read(Path file) {
    return read(JsonCursor.read(file));
  }

  /**
   * Reads the content of a {@code config.json}.
   *
   * @throws linnet.nn.json.JsonException if it is malformed or asks for something that is not supported
   */
  public static ModelConfig read(JsonCursor json) {
    var family = Family.read(json);
    int hidden = json.at("hidden_size").asCount();
    int heads = json.at("num_attention_heads").asCount();
    var headDim = json.opt("head_dim").map(JsonCursor::asCount);
    if (headDim.isEmpty() && hidden % heads != 0) {
      throw json.at("hidden_size").error("a multiple of num_attention_heads, " + heads + ", or a head_dim");
    }
    refuseUnsupported(json);
    return new ModelConfig(family.modelType(),
        json.at("vocab_size").asCount(),
        hidden,
        json.at("intermediate_size").asCount(),
        json.at("num_hidden_layers").asCount(),
        heads,
        keyValueHeads(json, heads),
        headDim.map(dim -> even(json, dim)).orElse(hidden / heads),
        json.opt("max_position_embeddings").map(JsonCursor::asCount).orElse(DEFAULT_MAX_POSITIONS),
        json.opt("rms_norm_eps").map(JsonCursor::asPositive).orElse(DEFAULT_RMS_NORM_EPS),
        RopeConfig.read(json),
        json.opt("tie_word_embeddings").map(JsonCursor::asBoolean).orElse(false),
        json.opt("attention_bias").map(JsonCursor::asBoolean).orElse(false),
        json.opt("mlp_bias").map(JsonCursor::asBoolean).orElse(false),
        json.opt("initializer_range").map(JsonCursor::asPositive).orElse(DEFAULT_INITIALIZER_RANGE),
        json.opt("bos_token_id").map(JsonCursor::asInt),
        json.opt("eos_token_id").map(ModelConfig::ids).orElse(List.of()));
  }

  private static int keyValueHeads(JsonCursor json, int heads) {
    var field = json.opt("num_key_value_heads");
    int keyValueHeads = field.map(JsonCursor::asCount).orElse(heads);
    if (heads % keyValueHeads != 0) {
      throw field.orElseThrow().error("a divisor of num_attention_heads, " + heads);
    }
    return keyValueHeads;
  }

  private static int even(JsonCursor json, int headDim) {
    if (headDim % 2 != 0) {
      throw json.at("head_dim").error("an even number, because the rotary embedding turns pairs");
    }
    return headDim;
  }

  /** Fields that would change the result if they were ignored. */
  private static void refuseUnsupported(JsonCursor json) {
    json.opt("hidden_act").ifPresent(act -> {
      if (!act.asString().equals("silu")) {
        throw act.error("\"silu\", the only supported activation");
      }
    });
    json.opt("attention_dropout").ifPresent(dropout -> {
      if (dropout.asDouble() != 0) {
        throw dropout.error("0: dropout inside attention is not supported");
      }
    });
    json.opt("partial_rotary_factor").ifPresent(factor -> {
      if (factor.asDouble() != 1) {
        throw factor.error("1: a partly rotated head is not supported");
      }
    });
    json.opt("quantization_config").ifPresent(quantization -> {
      throw quantization.error("no such field: weights quantised by other libraries are not supported, take"
          + " the original model or its GGUF");
    });
  }

  /** One id or a list of them. */
  static List<Integer> ids(JsonCursor field) {
    return field.value() instanceof Json.Arr
        ? field.elements().stream().map(JsonCursor::asInt).toList()
        : List.of(field.asInt());
  }

  /** The content of a {@code config.json} that reads back as this. */
  public Json.Obj toJson() {
    var json = Json.object()
        .put("architectures", Json.strings(List.of(Family.of(modelType).architecture())))
        .put("model_type", modelType)
        .put("vocab_size", vocabSize)
        .put("hidden_size", hiddenSize)
        .put("intermediate_size", intermediateSize)
        .put("num_hidden_layers", numHiddenLayers)
        .put("num_attention_heads", numAttentionHeads)
        .put("num_key_value_heads", numKeyValueHeads)
        .put("head_dim", headDim)
        .put("hidden_act", "silu")
        .put("max_position_embeddings", maxPositionEmbeddings)
        .put("rms_norm_eps", rmsNormEps)
        .put("rope_parameters", rope.toJson())
        .put("tie_word_embeddings", tieWordEmbeddings)
        .put("attention_bias", attentionBias)
        .put("mlp_bias", mlpBias)
        .put("initializer_range", initializerRange);
    bosTokenId.ifPresent(id -> json.put("bos_token_id", id));
    if (eosTokenIds.size() == 1) {
      json.put("eos_token_id", eosTokenIds.getFirst());
    } else if (!eosTokenIds.isEmpty()) {
      json.put("eos_token_id", eosTokenIds.stream().map(id -> Json.of((long) id)).toList());
    }
    return json.build();
  }
}
