package linnet.nn;

import java.util.Arrays;
import linnet.tensor.RandomKey;

/**
 * Where the random numbers of one forward pass come from: a key per token, from which every place that drops
 * something derives its own, so that masks depend on row, position and place but not on how rows are packed.
 */
public final class ForwardKeys {
  private static final ForwardKeys NONE = new ForwardKeys(new long[0]);

  private final long[] tokenKeys;

  private ForwardKeys(long[] tokenKeys) {
    this.tokenKeys = tokenKeys;
  }

  /** No randomness: evaluation and generation. */
  public static ForwardKeys none() {
    return NONE;
  }

  /** One key per token of the batch, see {@link RandomKey#bits}. */
  public static ForwardKeys ofTokens(long[] tokenKeys) {
    return tokenKeys.length == 0 ? NONE : new ForwardKeys(tokenKeys.clone());
  }

  /** Whether anything is to be dropped. */
  public boolean active() {
    return tokenKeys.length > 0;
  }

  /** The keys of some of the tokens, in their order. */
  public ForwardKeys rows(int[] tokens) {
    return active() ? ofTokens(Arrays.stream(tokens).mapToLong(t -> tokenKeys[t]).toArray()) : this;
  }

  /** The keys of the tokens at a place of the model, which is named by one of its parameters. */
  public long[] at(String place) {
    var placeKey = new RandomKey(0).derive(place).bits();
    var keys = new long[tokenKeys.length];
    for (int t = 0; t < keys.length; t++) {
      keys[t] = new RandomKey(tokenKeys[t]).derive(placeKey).bits();
    }
    return keys;
  }
}
