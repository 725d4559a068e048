package linnet.tensor;

/**
 * What becomes of the product of a query and a key: s = scale · q·k; where scores are capped, s = softCap ·
 * tanh(s / softCap). A query sees the keys up to its own place, and of these the last {@code window}.
 *
 * @param scale usually 1/√D
 * @param window keys that a query sees at most, its own token's among them; {@link #UNBOUNDED} for all
 * @param softCap what scores stay below (Gemma 2); infinite where they are as they are
 */
public record AttentionRule(double scale, int window, double softCap) {
  /** The window of attention that looks at all earlier tokens. */
  public static final int UNBOUNDED = Integer.MAX_VALUE;

  /** Checks the ranges. */
  public AttentionRule {
    if (window < 1 || !(softCap > 0)) {
      throw new IllegalArgumentException("attention needs a window of at least 1 and a cap above 0, found "
          + window + " and " + softCap);
    }
  }

  /** Attention to all earlier tokens. */
  public static AttentionRule causal(double scale) {
    return new AttentionRule(scale, UNBOUNDED, Double.POSITIVE_INFINITY);
  }

  /** Whether scores are capped. */
  public boolean caps() {
    return Double.isFinite(softCap);
  }

  /** The first of a row's keys that a query sees, given how many there are up to its own place. */
  public int firstSeen(int keys) {
    return Math.max(0, keys - window);
  }
}
