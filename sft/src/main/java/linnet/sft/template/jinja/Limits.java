package linnet.sft.template.jinja;

/**
 * Bounds on what a template may use. A template comes with a model from the network, so it is not trusted.
 *
 * @param steps evaluated nodes and what they build, one for some eight bytes, together, for one rendering
 * @param characters UTF-16 units in the output, and in any one string the template builds
 * @param depth nested blocks, expressions, calls and containers
 */
public record Limits(long steps, int characters, int depth) {
  /**
   * Generous for every published template. A hostile one ends after a few seconds at most, and what it builds
   * fits into a heap of 256 MB.
   */
  public static final Limits DEFAULT = new Limits(20_000_000, 4_000_000, 300);

  /** Checks that the bounds can be kept. */
  public Limits {
    if (steps < 1 || characters < 1 || depth < 1 || depth > 1000) {
      throw new IllegalArgumentException("limits must be positive and the depth at most 1000, but are steps="
          + steps + " characters=" + characters + " depth=" + depth);
    }
  }
}
