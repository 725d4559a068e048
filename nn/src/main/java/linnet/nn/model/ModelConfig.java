package linnet.nn.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import linnet.nn.json.JsonCursor;

/**
 * The hyper-parameters of a decoder, by the names of Hugging Face's {@code config.json}.
 *
 * @param modelType the family
 * @param vocabSize V
 * @param hiddenSize D, the features of a token
 * @param intermediateSize the features inside an MLP
 * @param numAttentionHeads query heads
 * @param numKeyValueHeads key/value heads, a divisor of the query heads
 * @param headDim features of a head
 * @param maxPositionEmbeddings the longest row
 * @param tieWordEmbeddings whether the output head is the embedding
 * @param initializerRange the standard deviation of a new model's weights
 * @param bosTokenId begins a text, where the model has such a token
 * @param eosTokenIds end a text; may be empty
 * @param form what the decoder is made of
 */
public record ModelConfig(String modelType, int vocabSize, int hiddenSize, int intermediateSize,
    int numAttentionHeads, int numKeyValueHeads, int headDim, int maxPositionEmbeddings,
    boolean tieWordEmbeddings, double initializerRange, Optional<Integer> bosTokenId,
    List<Integer> eosTokenIds, DecoderForm form) {
  /** Checks that the sizes fit together. */
  public ModelConfig {
    eosTokenIds = List.copyOf(eosTokenIds);
    if (numAttentionHeads % numKeyValueHeads != 0) {
      throw new IllegalArgumentException("num_key_value_heads: found " + numKeyValueHeads
          + ", expected a divisor of num_attention_heads, " + numAttentionHeads);
    }
  }

  /** The same model with a head of its own. */
  ModelConfig untied() {
    return new ModelConfig(modelType, vocabSize, hiddenSize, intermediateSize, numAttentionHeads, numKeyValueHeads,
        headDim, maxPositionEmbeddings, false, initializerRange, bosTokenId, eosTokenIds, form);
  }

  /** Decoder layers. */
  public int numHiddenLayers() {
    return form.layers().size();
  }

  /**
   * Whether a cache of {@code cached} tokens can be continued to a row of {@code length}: where the row grows
   * beyond the length at which LongRoPE turns to other frequencies, it is to be computed anew.
   */
  public boolean cacheLasts(int cached, int length) {
    return form.ropes().stream()
        .noneMatch(rope -> cached > 0 && cached <= rope.lastShortRow() && length > rope.lastShortRow());
  }

  /**
   * The tokens at which a text ends, one or a list of them, in the content of a {@code
   * generation_config.json}.
   *
   * @return the ids; none where it does not say
   * @throws linnet.nn.json.JsonException if they are malformed
   */
  public static List<Integer> eosTokenIds(JsonCursor generation) {
    return generation.opt("eos_token_id").map(ConfigBuilder::ids).orElse(List.of());
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
    return Families.read(json);
  }
}
