package linnet.nn.model;

import java.util.ArrayList;
import java.util.List;
import linnet.autograd.Variable;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/**
 * The keys and values of one row's tokens so far, so that the next token costs one token's work. It has
 * memory of its own, which grows by doubling, layer by layer, up to the longest row of the model.
 */
public final class KvCache implements AutoCloseable {
  private static final int GRANULE = 64;

  private final Scope scope;
  private final DType dtype;
  private final int heads;
  private final int headDim;
  private final int maxLength;
  private final List<Layer> layers = new ArrayList<>();
  private int capacity;
  private int length;
  private int expected;

  /**
   * An empty cache.
   *
   * @param capacity the tokens it holds before it grows
   */
  public KvCache(Backend backend, ModelConfig config, DType dtype, int capacity) {
    this.scope = backend.scope("kv cache");
    this.dtype = dtype;
    this.heads = config.numKeyValueHeads();
    this.headDim = config.headDim();
    this.maxLength = config.maxPositionEmbeddings();
    this.capacity = rounded(capacity);
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      layers.add(new Layer(allocateKeys(), allocateValues()));
    }
  }

  /**
   * The memory of one layer.
   *
   * @param keys (S,G,D), laid out as (G,D,S): a feature's values lie side by side for all tokens, so that one
   *     query's scores are summed for many tokens at once
   * @param values (S,G,D), laid out as (G,S,D): those of a head are read from front to back
   */
  private record Layer(Tensor keys, Tensor values) {}

  /**
   * What the queries of a layer look at.
   *
   * @param keys (S,G,D), those of all tokens so far
   * @param values (S,G,D)
   */
  public record View(Variable keys, Variable values) {}

  /** The number of tokens whose keys and values are held. */
  public int length() {
    return length;
  }

  /**
   * Says how long the row is going to be at least, where it comes in parts: rotary embeddings that depend on
   * a row's length take it for each part.
   */
  public void expect(int tokens) {
    expected = tokens;
  }

  /** What {@link #expect} was told; 0 if nothing. */
  int expected() {
    return expected;
  }

  /** Forgets all tokens; the memory stays. */
  public void clear() {
    length = 0;
    expected = 0;
  }

  /** Bytes of its memory. */
  public long bytes() {
    return 2L * layers.size() * dtype.bytes((long) capacity * heads * headDim);
  }

  /**
   * Makes room for further tokens.
   *
   * @throws IllegalArgumentException if the row would be longer than the model's positions
   */
  void reserve(int tokens) {
    int needed = length + tokens;
    if (needed > maxLength) {
      throw new IllegalArgumentException("a row of " + needed + " tokens does not fit the model's "
          + maxLength + " positions");
    }
    if (needed <= capacity) {
      return;
    }
    capacity = rounded(Math.max(needed, 2 * capacity));
    layers.replaceAll(layer -> new Layer(grown(layer.keys(), allocateKeys()),
        grown(layer.values(), allocateValues())));
  }

  /** Puts the keys and values of new tokens, (T,G,D) each, behind those of a layer. */
  View append(int layer, Tensor keys, Tensor values) {
    int end = length + keys.size(0);
    var at = layers.get(layer);
    scope.backend().copy(at.keys().slice(0, length, end), keys);
    scope.backend().copy(at.values().slice(0, length, end), values);
    return new View(Variable.constant(at.keys().slice(0, 0, end)),
        Variable.constant(at.values().slice(0, 0, end)));
  }

  /** Counts tokens in, once every layer has them. */
  void advance(int tokens) {
    length += tokens;
  }

  @Override
  public void close() {
    scope.close();
  }

  private int rounded(int tokens) {
    long whole = ((long) tokens + GRANULE - 1) / GRANULE * GRANULE;
    return (int) Math.min(Math.max(whole, GRANULE), maxLength);
  }

  private Tensor allocateKeys() {
    return scope.allocate(dtype, heads, headDim, capacity).transpose(0, 2).transpose(1, 2);
  }

  private Tensor allocateValues() {
    return scope.allocate(dtype, heads, capacity, headDim).transpose(0, 1);
  }

  private Tensor grown(Tensor old, Tensor larger) {
    scope.backend().copy(larger.slice(0, 0, length), old.slice(0, 0, length));
    scope.release(old);
    return larger;
  }
}
