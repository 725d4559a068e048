package linnet.nn.model;

import java.util.List;
import linnet.autograd.Variable;
import linnet.nn.ForwardKeys;
import linnet.tensor.Segments;

/**
 * What every layer of one forward pass shares.
 *
 * @param angles of the tokens' positions, for each of the model's rotary embeddings
 * @param rows which tokens see each other
 * @param keys what dropout draws from
 * @param cache holds earlier tokens
 */
record AttentionContext(List<RotaryEmbedding.Angles> angles, Segments rows, ForwardKeys keys,
    LayerCache cache) {
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
