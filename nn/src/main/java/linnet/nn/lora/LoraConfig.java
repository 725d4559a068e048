package linnet.nn.lora;

import static linnet.nn.Setting.require;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * What adapters a model gets, in PEFT's terms.
 *
 * @param rank R, the features between A and B
 * @param alpha the adapter's output is scaled by alpha / R
 * @param dropout the probability that an input of an adapter is dropped while training, in [0, 1)
 * @param targets which projections get one
 * @param rankPattern other ranks for some of them, by regular expressions over the ends of their paths
 * @param alphaPattern other alphas, likewise
 * @param rankStabilised scales by alpha / √R instead (Kalajdzievski, "rsLoRA", 2023)
 */
public record LoraConfig(int rank, double alpha, double dropout, LoraTargets targets,
    SequencedMap<String, Integer> rankPattern, SequencedMap<String, Double> alphaPattern,
    boolean rankStabilised) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range; the message names it
   */
  public LoraConfig {
    rankPattern = copied(rankPattern);
    alphaPattern = copied(alphaPattern);
    requireRank(rank);
    rankPattern.values().forEach(LoraConfig::requireRank);
    require(alpha > 0 && Double.isFinite(alpha), "LoRA alpha", alpha, "a number above 0");
    require(dropout >= 0 && dropout < 1, "LoRA dropout", dropout, "a number in [0, 1)");
  }

  /** Adapters on projections of the given names, see {@link LoraTargets.Names}. */
  public static LoraConfig of(int rank, double alpha, double dropout, List<String> targetModules) {
    return new LoraConfig(rank, alpha, dropout, new LoraTargets.Names(targetModules), new LinkedHashMap<>(),
        new LinkedHashMap<>(), false);
  }

  /** Adapters on every projection of the model but the output head. */
  public static LoraConfig allLinear(int rank, double alpha, double dropout) {
    return new LoraConfig(rank, alpha, dropout, new LoraTargets.AllLinear(), new LinkedHashMap<>(),
        new LinkedHashMap<>(), false);
  }

  /** R of the projection at a path. */
  public int rankAt(String path) {
    return at(rankPattern, path, rank);
  }

  /** The factor of the adapter's output at a path. */
  public double scaleAt(String path) {
    double a = at(alphaPattern, path, alpha);
    int r = rankAt(path);
    return rankStabilised ? a / Math.sqrt(r) : a / r;
  }

  private static <T> T at(Map<String, T> patterns, String path, T otherwise) {
    for (var entry : patterns.entrySet()) {
      if (Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", path)) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  private static <T> SequencedMap<String, T> copied(SequencedMap<String, T> patterns) {
    patterns.keySet().forEach(Pattern::compile);
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(patterns));
  }

  private static void requireRank(int rank) {
    require(rank >= 1, "LoRA rank", rank, "a whole number of at least 1");
  }
}
