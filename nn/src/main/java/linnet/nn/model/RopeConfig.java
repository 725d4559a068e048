package linnet.nn.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import linnet.nn.json.JsonCursor;

/**
 * The rotary embedding as {@code config.json} describes it: {@code rope_parameters} in newer files, {@code
 * rope_theta} and {@code rope_scaling} in older ones, which count where somebody wrote them into a newer one.
 *
 * @param theta the base of the wavelengths
 * @param scaling how they are stretched for long contexts
 * @param rotatedShare the part of a head's features that is turned; the others stay as they are
 */
public record RopeConfig(double theta, Scaling scaling, double rotatedShare) {
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String SHARE = "partial_rotary_factor";
  private static final String SHORT_FACTORS = "short_factor";
  /** {@code finetuned} tells how the model was made. */
  private static final Set<String> COMMON = Set.of("rope_type", "type", "rope_theta", SHARE, "finetuned");
  private static final Map<String, Set<String>> FIELDS = Map.of(
      "default", Set.of(ORIGINAL),
      "linear", Set.of("factor", ORIGINAL),
      "dynamic", Set.of("factor"),
      "llama3", Set.of("factor", "low_freq_factor", "high_freq_factor", ORIGINAL),
      "yarn", Set.of("factor", "attention_factor", "beta_fast", "beta_slow", "mscale", "mscale_all_dim",
          "truncate", ORIGINAL),
      "longrope", Set.of("factor", "attention_factor", SHORT_FACTORS, "long_factor", ORIGINAL));

  /** Checks the base. */
  public RopeConfig {
    if (!(theta > 0 && Double.isFinite(theta))) {
      throw new IllegalArgumentException("rope_theta: found " + theta + ", expected a positive number");
    }
  }

  /** An embedding that turns whole heads. */
  public RopeConfig(double theta, Scaling scaling) {
    this(theta, scaling, 1);
  }

  /** A change of the wavelengths. */
  public sealed interface Scaling {}

  /** The wavelengths as they are: {@code default}. */
  public record Unscaled() implements Scaling {}

  /**
   * All wavelengths longer by one factor: {@code linear}.
   *
   * @param factor at least 1 in any sensible model
   */
  public record Linear(double factor) implements Scaling {}

  /**
   * A larger base for rows that are longer than the model was trained with: {@code dynamic}. A row's length
   * is its own, whatever it is packed with; while a text is continued, each step has the length so far.
   *
   * @param factor how many times the trained length rows may have
   * @param trainedLength up to which nothing changes
   */
  public record Dynamic(double factor, int trainedLength) implements Scaling {}

  /**
   * Llama 3.1's: long wavelengths longer, short ones as they are, a ramp between: {@code llama3}.
   *
   * @param factor of the long ones
   * @param lowFreqFactor wavelengths above originalMaxPositionEmbeddings / this are long
   * @param highFreqFactor wavelengths below originalMaxPositionEmbeddings / this are short
   * @param originalMaxPositionEmbeddings the context before it was stretched
   */
  public record Llama3(double factor, double lowFreqFactor, double highFreqFactor,
      int originalMaxPositionEmbeddings) implements Scaling {}

  /**
   * YaRN (Peng et al., 2023): as Llama 3.1's, by the number of turns in the original context, and cosines and
   * sines are multiplied: {@code yarn}.
   *
   * @param factor of long wavelengths
   * @param attentionFactor of cosines and sines
   * @param betaFast turns above which a wavelength is short
   * @param betaSlow turns below which it is long
   * @param originalMaxPositionEmbeddings the context before it was stretched
   * @param truncate whether the ramp begins and ends at whole features
   */
  public record Yarn(double factor, double attentionFactor, double betaFast, double betaSlow,
      int originalMaxPositionEmbeddings, boolean truncate) implements Scaling {}

  /**
   * LongRoPE (Ding et al., 2024): a factor for each wavelength, others for rows that are longer than the
   * original context: {@code longrope}.
   *
   * @param shortFactors of rows up to the original context
   * @param longFactors of longer rows
   * @param attentionFactor of cosines and sines
   * @param originalMaxPositionEmbeddings the context before it was stretched
   */
  public record LongRope(List<Double> shortFactors, List<Double> longFactors, double attentionFactor,
      int originalMaxPositionEmbeddings) implements Scaling {}

  /** How many features of a head are turned. */
  public int rotated(int headDim) {
    return (int) (headDim * rotatedShare);
  }

  /**
   * Rows up to this length have other frequencies than longer ones, so that keys which were turned in a
   * shorter row are of no use in a longer one; the largest number where there is no such length.
   */
  int lastShortRow() {
    return scaling instanceof LongRope s ? s.originalMaxPositionEmbeddings() : Integer.MAX_VALUE;
  }

  /** The longest row of a model whose configuration says {@code maxPositions}. */
  int longestRow(int maxPositions) {
    return switch (scaling) {
      case Dynamic dynamic -> (int) (dynamic.factor() * maxPositions);
      case Yarn yarn -> Math.max(maxPositions, (int) (yarn.factor() * yarn.originalMaxPositionEmbeddings()));
      default -> maxPositions;
    };
  }

  /**
   * Reads the rotary fields of a {@code config.json} whose heads are turned as a whole.
   *
   * @param defaultTheta the base where the file does not say it
   * @throws linnet.nn.json.JsonException if a field is malformed or asks for a kind that is not supported
   */
  public static RopeConfig read(JsonCursor config, double defaultTheta) {
    var whole = read(config, defaultTheta, 1);
    if (whole.rotatedShare != 1) {
      throw config.opt("rope_parameters").flatMap(p -> p.opt(SHARE)).orElseGet(() -> config.at(SHARE))
          .error("1: this family turns whole heads");
    }
    return whole;
  }

  /**
   * Reads the rotary fields of a {@code config.json} of a family that may turn a part of each head.
   *
   * @param defaultShare the part where the file does not say it
   */
  static RopeConfig read(JsonCursor config, double defaultTheta, double defaultShare) {
    var parameters = config.opt("rope_scaling").or(() -> config.opt("rope_parameters"));
    double theta = parameters.flatMap(p -> p.opt("rope_theta")).or(() -> config.opt("rope_theta"))
        .map(JsonCursor::asPositive).orElse(defaultTheta);
    double share = parameters.flatMap(p -> p.opt(SHARE)).or(() -> config.opt(SHARE))
        .map(RopeConfig::share).orElse(defaultShare);
    return of(config, parameters, theta, share);
  }

  /** One embedding of a configuration that has several. */
  static RopeConfig of(JsonCursor config, Optional<JsonCursor> parameters, double theta, double share) {
    parameters.flatMap(p -> p.opt(SHARE)).filter(field -> field.asPositive() != share).ifPresent(field -> {
      throw field.error(share + ", the only supported share of a head that is turned here");
    });
    return new RopeConfig(theta, parameters.map(p -> scaling(config, p)).orElse(new Unscaled()), share);
  }

  private static double share(JsonCursor field) {
    double share = field.asPositive();
    if (share > 1) {
      throw field.error("at most 1, the share of a head that is turned");
    }
    return share;
  }

  private static Scaling scaling(JsonCursor config, JsonCursor parameters) {
    var type = parameters.opt("rope_type").or(() -> parameters.opt("type"));
    var written = type.map(JsonCursor::asString).orElse("default");
    var name = isLongRope(written, parameters) ? "longrope" : written;
    var fields = FIELDS.get(name);
    if (fields == null) {
      throw type.orElseThrow().error("one of the supported kinds " + new TreeSet<>(FIELDS.keySet()));
    }
    parameters.members().forEach((key, value) -> {
      if (!COMMON.contains(key) && !fields.contains(key)) {
        throw value.error("no such field for the rotary embedding \"" + name + "\": it would be ignored");
      }
    });
    return switch (name) {
      case "linear" -> new Linear(parameters.at("factor").asPositive());
      case "dynamic" -> new Dynamic(parameters.at("factor").asPositive(), maxPositions(config));
      case "llama3" -> new Llama3(parameters.at("factor").asPositive(),
          parameters.at("low_freq_factor").asPositive(), parameters.at("high_freq_factor").asPositive(),
          original(config, parameters));
      case "yarn" -> yarn(config, parameters);
      case "longrope" -> longRope(config, parameters);
      default -> new Unscaled();
    };
  }

  /** Older files of Phi 3 call it {@code su}, or {@code yarn}, which has no factors for single wavelengths. */
  private static boolean isLongRope(String type, JsonCursor parameters) {
    return type.equals("su") || type.equals("yarn") && parameters.opt(SHORT_FACTORS).isPresent();
  }

  private static int maxPositions(JsonCursor config) {
    return config.at("max_position_embeddings").asCount();
  }

  /** Phi 3 keeps it outside, and there it counts. */
  private static int original(JsonCursor config, JsonCursor parameters) {
    return config.opt(ORIGINAL).or(() -> parameters.opt(ORIGINAL)).map(JsonCursor::asCount)
        .orElseGet(() -> maxPositions(config));
  }

  private static double factor(JsonCursor config, JsonCursor parameters, int original) {
    return parameters.opt("factor").map(JsonCursor::asPositive)
        .orElseGet(() -> (double) maxPositions(config) / original);
  }

  private static Yarn yarn(JsonCursor config, JsonCursor parameters) {
    int original = original(config, parameters);
    double factor = factor(config, parameters, original);
    double mscale = parameters.opt("mscale").map(JsonCursor::asDouble).orElse(0.0);
    double mscaleAllDim = parameters.opt("mscale_all_dim").map(JsonCursor::asDouble).orElse(0.0);
    double attention = parameters.opt("attention_factor").map(JsonCursor::asPositive)
        .orElseGet(() -> mscale != 0 && mscaleAllDim != 0
            ? magnitude(factor, mscale) / magnitude(factor, mscaleAllDim)
            : magnitude(factor, 1));
    return new Yarn(factor, attention,
        parameters.opt("beta_fast").map(JsonCursor::asPositive).orElse(32.0),
        parameters.opt("beta_slow").map(JsonCursor::asPositive).orElse(1.0), original,
        parameters.opt("truncate").map(JsonCursor::asBoolean).orElse(true));
  }

  private static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  private static LongRope longRope(JsonCursor config, JsonCursor parameters) {
    int original = original(config, parameters);
    double factor = factor(config, parameters, original);
    double attention = parameters.opt("attention_factor").map(JsonCursor::asPositive)
        .orElseGet(() -> factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)));
    return new LongRope(numbers(parameters.at(SHORT_FACTORS)), numbers(parameters.at("long_factor")),
        attention, original);
  }

  private static List<Double> numbers(JsonCursor field) {
    return field.elements().stream().map(JsonCursor::asPositive).toList();
  }
}
