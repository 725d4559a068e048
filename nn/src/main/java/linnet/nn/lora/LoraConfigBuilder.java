package linnet.nn.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** A {@link LoraConfig} in the making; each method returns this. */
public final class LoraConfigBuilder {
  private final int rank;
  private final double alpha;
  private double dropout;
  private LoraTargets targets = new LoraTargets.AllLinear();
  private Optional<LoraTargets> excluded = Optional.empty();
  private Optional<LayerChoice> layers = Optional.empty();
  private SequencedMap<String, Integer> rankPattern = new LinkedHashMap<>();
  private SequencedMap<String, Double> alphaPattern = new LinkedHashMap<>();
  private LoraConfig.Scaling scaling = LoraConfig.Scaling.BY_RANK;
  private boolean decomposed;
  private LoraInit init = LoraInit.DEFAULT;
  private List<String> modulesToSave = List.of();
  private boolean keepTied;

  LoraConfigBuilder(int rank, double alpha) {
    this.rank = rank;
    this.alpha = alpha;
  }

  /** {@link LoraConfig#dropout}. */
  public LoraConfigBuilder dropout(double probability) {
    dropout = probability;
    return this;
  }

  /** {@link LoraConfig#targets}. */
  public LoraConfigBuilder targets(LoraTargets which) {
    targets = which;
    return this;
  }

  /** {@link LoraConfig#excluded}. */
  public LoraConfigBuilder exclude(LoraTargets which) {
    excluded = Optional.of(which);
    return this;
  }

  /** {@link LoraConfig#layers}. */
  public LoraConfigBuilder layers(LayerChoice which) {
    layers = Optional.of(which);
    return this;
  }

  /** {@link LoraConfig#rankPattern}. */
  public LoraConfigBuilder rankPattern(SequencedMap<String, Integer> ranks) {
    rankPattern = ranks;
    return this;
  }

  /** {@link LoraConfig#alphaPattern}. */
  public LoraConfigBuilder alphaPattern(SequencedMap<String, Double> alphas) {
    alphaPattern = alphas;
    return this;
  }

  /** {@link LoraConfig#scaling}. */
  public LoraConfigBuilder scaling(LoraConfig.Scaling how) {
    scaling = how;
    return this;
  }

  /** {@link LoraConfig#decomposed}: DoRA. */
  public LoraConfigBuilder decomposed() {
    decomposed = true;
    return this;
  }

  /** {@link LoraConfig#init}. */
  public LoraConfigBuilder init(LoraInit how) {
    init = how;
    return this;
  }

  /** {@link LoraConfig#modulesToSave}. */
  public LoraConfigBuilder modulesToSave(List<String> names) {
    modulesToSave = names;
    return this;
  }

  /** {@link LoraConfig#keepTied}. */
  public LoraConfigBuilder keepTied() {
    keepTied = true;
    return this;
  }

  /**
   * The configuration.
   *
   * @throws IllegalArgumentException as {@link LoraConfig} does
   */
  public LoraConfig build() {
    return new LoraConfig(rank, alpha, dropout, targets, excluded, layers, rankPattern, alphaPattern, scaling,
        decomposed, init, modulesToSave, keepTied);
  }
}
