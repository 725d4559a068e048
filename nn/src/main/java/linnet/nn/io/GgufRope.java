package linnet.nn.io;

import java.util.ArrayList;
import java.util.OptionalInt;
import java.util.Set;
import linnet.nn.io.GgufFamily.Rope;
import linnet.nn.json.Json;
import linnet.nn.json.ObjectBuilder;

/**
 * The rotary embedding of a GGUF file: its keys, what llama.cpp takes where they are missing, and how {@code
 * config.json} says the same.
 */
public final class GgufRope {
  /** Features of a head that are turned. */
  public static final String DIMENSIONS = "rope.dimension_count";
  /** The base of the wavelengths. */
  public static final String THETA = "rope.freq_base";
  /** The base in layers that slide. */
  public static final String LOCAL_THETA = "rope.freq_base_swa";
  /** How wavelengths are stretched. */
  public static final String TYPE = "rope.scaling.type";
  /** By what. */
  public static final String FACTOR = "rope.scaling.factor";
  /** What cosines and sines are multiplied by, beyond what the type itself does. */
  public static final String ATTENTION_FACTOR = "rope.scaling.attn_factor";
  /** The context before it was stretched. */
  public static final String ORIGINAL_CONTEXT = "rope.scaling.original_context_length";
  /** Turns above which YaRN leaves a wavelength as it is. */
  public static final String BETA_FAST = "rope.scaling.yarn_beta_fast";
  /** Turns below which YaRN stretches it in full. */
  public static final String BETA_SLOW = "rope.scaling.yarn_beta_slow";
  /** A tensor: Llama 3.1's divisors of the frequencies. */
  public static final String FACTORS = "rope_freqs.weight";
  /** A tensor: LongRoPE's divisors in rows up to the original context. */
  public static final String SHORT_FACTORS = "rope_factors_short.weight";
  /** A tensor: LongRoPE's divisors in longer rows. */
  public static final String LONG_FACTORS = "rope_factors_long.weight";

  /** What is written where llama.cpp leaves it to the default. */
  public static final double USUAL_BETA_FAST = 32;
  /** The same of {@link #BETA_SLOW}. */
  public static final double USUAL_BETA_SLOW = 1;

  private static final String OLD_FACTOR = "rope.scale_linear";
  /** Written by converters from {@code attention_factor}; llama.cpp itself does not obey it. */
  private static final String YARN_ATTENTION_FACTOR = "rope.scaling.yarn_attn_factor";
  private static final double USUAL_THETA = 10_000;
  private static final Set<String> TABLES = Set.of(FACTORS, SHORT_FACTORS, LONG_FACTORS);

  private final GgufFamily family;
  private final GgufMetadata metadata;
  private final Set<String> tensors;
  private final GgufConfig.FactorTables factors;

  GgufRope(GgufFamily family, GgufMetadata metadata, Set<String> tensors, GgufConfig.FactorTables factors) {
    this.family = family;
    this.metadata = metadata;
    this.tensors = tensors;
    this.factors = factors;
  }

  /** Whether a tensor is a table that belongs to the rotary embedding of a family. */
  static boolean isTable(GgufFamily family, String name) {
    return family.rope().hasFactors() && TABLES.contains(name);
  }

  /**
   * How much YaRN multiplies cosines and sines by itself.
   *
   * @param factor by which long wavelengths are stretched
   */
  public static double yarnMagnitude(double factor) {
    return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
  }

  /**
   * How much LongRoPE multiplies cosines and sines by where a configuration does not say it.
   *
   * @param context the longest row
   * @param original the context before it was stretched
   */
  public static double longRopeMagnitude(double context, double original) {
    return context <= original ? 1 : Math.sqrt(1 + Math.log(context / original) / Math.log(original));
  }

  void put(ObjectBuilder config, int headDim) {
    double theta = number(THETA, USUAL_THETA);
    config.put("rope_theta", (float) theta);
    if (family.rope() == Rope.GLOBAL_AND_LOCAL) {
      config.put("rope_local_base_freq", (float) number(LOCAL_THETA, USUAL_THETA));
    }
    int turned = metadata.values().containsKey(family.key(DIMENSIONS))
        ? metadata.size(family.key(DIMENSIONS)) : headDim;
    if (turned > headDim || turned != headDim && !family.rope().isPartial()) {
      throw error(DIMENSIONS, turned, (family.rope().isPartial() ? "at most " : "") + headDim
          + ", the features of a head");
    }
    if (family.rope().isPartial()) {
      config.put("partial_rotary_factor", share(turned, headDim));
    }
    putScaling(config, theta, turned);
  }

  /** The share that gives the number back where it is rounded down. */
  private static double share(int turned, int headDim) {
    double share = (double) turned / headDim;
    return (int) (headDim * share) == turned ? share : Math.nextUp(share);
  }

  private void putScaling(ObjectBuilder config, double theta, int turned) {
    boolean longRope = isThere(SHORT_FACTORS) || isThere(LONG_FACTORS);
    double factor = metadata.real(family.key(FACTOR)).orElse(metadata.real(family.key(OLD_FACTOR)).orElse(1));
    String type = longRope ? "longrope" : metadata.text(family.key(TYPE)).orElse("linear");
    if (isThere(FACTORS) && !type.equals("none") && !(type.equals("linear") && factor == 1)) {
      throw error(TYPE, type, "none beside " + FACTORS);
    }
    config.put("rope_scaling", switch (type) {
      case "none" -> llama3(theta);
      case "linear" -> factor == 1 ? llama3(theta) : Json.object().put("rope_type", type)
          .put("factor", (float) positive(FACTOR, factor)).build();
      case "yarn" -> yarn(positive(FACTOR, factor));
      case "longrope" -> {
        config.put("original_max_position_embeddings", original());
        yield longRope(turned);
      }
      default -> throw error(TYPE, type, "none, linear, yarn or longrope");
    });
  }

  private Json llama3(double theta) {
    if (!isThere(FACTORS)) {
      return Json.NULL;
    }
    return Llama3RopeFactors.from(factors.read(FACTORS), theta, knownOriginal(), metadata.file()).toJson();
  }

  private Json yarn(double factor) {
    var json = Json.object().put("rope_type", "yarn").put("factor", (float) factor)
        .put("original_max_position_embeddings", original())
        .put("beta_fast", (float) number(BETA_FAST, USUAL_BETA_FAST))
        .put("beta_slow", (float) number(BETA_SLOW, USUAL_BETA_SLOW));
    var whole = metadata.real(family.key(YARN_ATTENTION_FACTOR));
    double beyond = number(ATTENTION_FACTOR, 1);
    if (beyond != 1) {
      json.put("attention_factor", (float) (yarnMagnitude(factor) * beyond));
    } else if (whole.isPresent()) {
      json.put("attention_factor", (float) positive(YARN_ATTENTION_FACTOR, whole.getAsDouble()));
    }
    return json.build();
  }

  /** Older readers want exactly these three fields; the magnitude follows unless it is another. */
  private Json longRope(int turned) {
    var json = Json.object().put("type", "longrope")
        .put("short_factor", table(SHORT_FACTORS, turned)).put("long_factor", table(LONG_FACTORS, turned));
    double usual = longRopeMagnitude(metadata.size(family.key(GgufConfig.CONTEXT)), original());
    double attention = number(ATTENTION_FACTOR, 1);
    if ((float) attention != (float) usual) {
      json.put("attention_factor", (float) attention);
    }
    return json.build();
  }

  private Json table(String name, int turned) {
    if (!isThere(name)) {
      throw new ModelFormatException(metadata.file(), name, "found no such tensor, expected LongRoPE's "
          + turned / 2 + " factors");
    }
    var values = factors.read(name);
    var json = new ArrayList<Json>();
    for (float value : values) {
      json.add(Json.of(value));
    }
    return Json.of(json);
  }

  private boolean isThere(String table) {
    return family.rope().hasFactors() && tensors.contains(table);
  }

  private OptionalInt knownOriginal() {
    String key = family.key(ORIGINAL_CONTEXT);
    return metadata.values().containsKey(key) ? OptionalInt.of(metadata.size(key)) : OptionalInt.empty();
  }

  private int original() {
    return knownOriginal().orElseGet(() -> metadata.size(family.key(GgufConfig.CONTEXT)));
  }

  private double number(String key, double otherwise) {
    return positive(key, metadata.real(family.key(key)).orElse(otherwise));
  }

  private double positive(String key, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw error(key, value, "a number above 0");
    }
    return value;
  }

  private ModelFormatException error(String key, Object found, String expected) {
    return new ModelFormatException(metadata.file(), family.key(key), "found " + found + ", expected "
        + expected);
  }
}
