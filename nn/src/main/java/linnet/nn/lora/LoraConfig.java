package linnet.nn.lora;

import static linnet.nn.Setting.require;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What adapters a model gets, in PEFT's terms.
 *
 * @param rank R, the features between A and B
 * @param alpha the adapter's output is scaled by alpha / R
 * @param dropout the probability that an input of an adapter is dropped while training, in [0, 1)
 * @param targets which modules get one
 * @param excluded which get none although they are targets
 * @param layers the layers that targets lie in; all where it is empty
 * @param rankPattern other ranks for some of them, by regular expressions over the ends of their paths
 * @param alphaPattern other alphas, likewise
 * @param scaling what an adapter's output is scaled by
 * @param decomposed whether each row of a weight gets a magnitude that trains as well (Liu et al., "DoRA",
 *     2024)
 * @param init how new adapters begin
 * @param modulesToSave modules that train in full beside the adapters: ends of their paths
 * @param keepTied whether, where embedding and head are one, both get the same adapter or the same copy
 */
public record LoraConfig(int rank, double alpha, double dropout, LoraTargets targets,
    Optional<LoraTargets> excluded, Optional<LayerChoice> layers, SequencedMap<String, Integer> rankPattern,
    SequencedMap<String, Double> alphaPattern, Scaling scaling, boolean decomposed, LoraInit init,
    List<String> modulesToSave, boolean keepTied) {
  /** What an adapter's output is scaled by. */
  public enum Scaling {
    /** alpha / R. */
    BY_RANK,
    /** alpha / √R (Kalajdzievski, "rsLoRA", 2023). */
    BY_ROOT_OF_RANK
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range, or options contradict each other; the
   *     message names them
   * @throws java.util.regex.PatternSyntaxException if a pattern is malformed
   */
  public LoraConfig {
    rankPattern = copied(rankPattern);
    alphaPattern = copied(alphaPattern);
    modulesToSave = List.copyOf(modulesToSave);
    modulesToSave.forEach(name -> PythonRegex.compile(AdapterPlaces.within(name)));
    requireRank(rank);
    rankPattern.values().forEach(LoraConfig::requireRank);
    requireAlpha(alpha);
    alphaPattern.values().forEach(LoraConfig::requireAlpha);
    require(dropout >= 0 && dropout < 1, "LoRA dropout", dropout, "a number in [0, 1)");
    if (layers.isPresent() && !(targets instanceof LoraTargets.Names)) {
      throw new IllegalArgumentException("layers_to_transform: found " + layers.get().layers() + " beside "
          + (targets instanceof LoraTargets.AllLinear ? "all-linear" : "a regular expression")
          + ", expected target_modules by name, as PEFT has it; name them, or choose the layers in the"
          + " expression");
    }
    if (excluded.filter(LoraTargets.AllLinear.class::isInstance).isPresent()) {
      throw new IllegalArgumentException("exclude_modules: found all-linear, expected names or a regular"
          + " expression");
    }
  }

  /** Adapters on projections of the given names, see {@link LoraTargets.Names}. */
  public static LoraConfig of(int rank, double alpha, double dropout, List<String> targetModules) {
    return builder(rank, alpha).dropout(dropout).targets(new LoraTargets.Names(targetModules)).build();
  }

  /** Adapters on every projection of the model but the output head. */
  public static LoraConfig allLinear(int rank, double alpha, double dropout) {
    return builder(rank, alpha).dropout(dropout).build();
  }

  /** A configuration in the making: all projections, no dropout, and nothing else until it is said. */
  public static LoraConfigBuilder builder(int rank, double alpha) {
    return new LoraConfigBuilder(rank, alpha);
  }

  /** R of the module at a path. */
  public int rankAt(String path) {
    return at(rankPattern, path, rank);
  }

  /** The factor of the adapter's output at a path. */
  public double scaleAt(String path) {
    double a = at(alphaPattern, path, alpha);
    int r = rankAt(path);
    return switch (scaling) {
      case BY_RANK -> a / r;
      case BY_ROOT_OF_RANK -> a / Math.sqrt(r);
    };
  }

  private static <T> T at(Map<String, T> patterns, String path, T otherwise) {
    for (var entry : patterns.entrySet()) {
      if (PythonRegex.matchesStart(ending(entry.getKey()), path)) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  private static String ending(String pattern) {
    return "(.*\\.)?(" + pattern + ")$";
  }

  private static <T> SequencedMap<String, T> copied(SequencedMap<String, T> patterns) {
    patterns.keySet().forEach(pattern -> PythonRegex.compile(ending(pattern)));
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(patterns));
  }

  private static void requireRank(int rank) {
    require(rank >= 1, "LoRA rank", rank, "a whole number of at least 1");
  }

  private static void requireAlpha(double alpha) {
    require(alpha > 0 && Double.isFinite(alpha), "LoRA alpha", alpha, "a number above 0");
  }
}
