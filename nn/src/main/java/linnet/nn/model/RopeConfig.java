package linnet.nn.model;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * The rotary embedding as {@code config.json} describes it: {@code rope_parameters} in newer files, {@code
 * rope_theta} and {@code rope_scaling} in older ones.
 *
 * @param theta the base of the wavelengths
 * @param scaling how they are stretched for long contexts
 */
public record RopeConfig(double theta, Scaling scaling) {
  private static final double DEFAULT_THETA = 10_000;
  private static final Set<String> COMMON = Set.of("rope_type", "type", "rope_theta");
  private static final Map<String, Set<String>> FIELDS = Map.of(
      "default", Set.of(),
      "linear", Set.of("factor"),
      "llama3", Set.of("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"));

  /** Checks the base. */
  public RopeConfig {
    if (!(theta > 0 && Double.isFinite(theta))) {
      throw new IllegalArgumentException("rope_theta: found " + theta + ", expected a positive number");
    }
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
   * Reads the rotary fields of a {@code config.json}.
   *
   * @throws linnet.nn.json.JsonException if a field is malformed or asks for a kind that is not supported
   */
  public static RopeConfig read(JsonCursor config) {
    var parameters = config.opt("rope_parameters").or(() -> config.opt("rope_scaling"));
    double theta = parameters.flatMap(p -> p.opt("rope_theta")).or(() -> config.opt("rope_theta"))
        .map(JsonCursor::asPositive).orElse(DEFAULT_THETA);
    return new RopeConfig(theta, parameters.map(RopeConfig::scaling).orElse(new Unscaled()));
  }

  private static Scaling scaling(JsonCursor parameters) {
    var type = parameters.opt("rope_type").or(() -> parameters.opt("type"));
    var name = type.map(JsonCursor::asString).orElse("default");
    var fields = FIELDS.get(name);
    if (fields == null) {
      throw type.orElseThrow().error("one of the supported kinds " + new TreeSet<>(FIELDS.keySet()));
    }
    parameters.members().forEach((key, value) -> {
      boolean neutral = key.equals("partial_rotary_factor") && value.asDouble() == 1;
      if (!COMMON.contains(key) && !fields.contains(key) && !neutral) {
        throw value.error("no such field for the rotary embedding \"" + name + "\": it would be ignored");
      }
    });
    return switch (name) {
      case "linear" -> new Linear(parameters.at("factor").asPositive());
      case "llama3" -> new Llama3(parameters.at("factor").asPositive(),
          parameters.at("low_freq_factor").asPositive(),
          parameters.at("high_freq_factor").asPositive(),
          parameters.at("original_max_position_embeddings").asCount());
      default -> new Unscaled();
    };
  }

  /** The value of {@code rope_parameters}. */
  Json.Obj toJson() {
    var json = Json.object().put("rope_theta", theta);
    return switch (scaling) {
      case Unscaled() -> json.put("rope_type", "default").build();
      case Linear(double factor) -> json.put("rope_type", "linear").put("factor", factor).build();
      case Llama3 s -> json.put("rope_type", "llama3")
          .put("factor", s.factor())
          .put("low_freq_factor", s.lowFreqFactor())
          .put("high_freq_factor", s.highFreqFactor())
          .put("original_max_position_embeddings", s.originalMaxPositionEmbeddings()).build();
    };
  }
}
