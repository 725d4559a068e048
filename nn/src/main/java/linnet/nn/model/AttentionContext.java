package linnet.nn.model;

import java.util.List;
import linnet.autograd.Variable;
import linnet.nn.ForwardKeys;

/**
 * What a layer of one forward pass is given beside its input.
 *
 * @param angles of the tokens' positions, for each of the model's rotary embeddings
 * @param keys what dropout draws from
 * @param queries the tokens that are computed
 * @param cache holds earlier tokens
 */
record AttentionContext(List<RotaryEmbedding.Angles> angles, ForwardKeys keys, Queries queries,
    LayerCache cache) {
  /** The same for a layer that is computed of other tokens. */
  AttentionContext with(Queries others) {
    return new AttentionContext(angles, keys, others, cache);
  }

  /** Where a layer's keys and values go, and what its queries look at. */
  @FunctionalInterface
  interface LayerCache {
    /** Without a cache: the tokens of this pass. */
    LayerCache NONE = (layer, keys, values) -> new KvCache.View(keys, values);

    KvCache.View append(int layer, Variable keys, Variable values);

    static LayerCache of(KvCache cache) {
      return (layer, keys, values) -> cache.append(layer, keys.value(), values.value());
    }
  }
}
