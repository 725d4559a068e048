package linnet.nn.model;

import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import linnet.nn.Activation;
import linnet.nn.Names;
import linnet.nn.WeightLayout;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.DecoderForm.AttentionForm;
import linnet.nn.model.DecoderForm.LayerForm;
import linnet.nn.model.DecoderForm.MlpForm;
import linnet.nn.model.DecoderForm.MlpKind;
import linnet.nn.model.DecoderForm.Residuals;
import linnet.tensor.AttentionRule;

/**
 * Reads a {@code config.json} step by step. What a family does not set is as in Llama: root-mean-square
 * norms, one rotary embedding for all layers, attention to all earlier tokens, a gated MLP, no biases, an
 * untied head.
 */
final class ConfigBuilder {
  private static final double DEFAULT_INITIALIZER_RANGE = 0.02;
  private static final String FITS = "sizes whose products are below 2^31";
  private static final String ROTARY_TABLE = ".rotary_emb.inv_freq";

  private final String modelType;
  private final JsonCursor json;
  private int hiddenSize;
  private int intermediateSize;
  private int layerCount;
  private int heads;
  private int keyValueHeads;
  private int headDim;
  private int maxPositions;
  private boolean tied;
  private NormKind norm;
  private Residuals residuals = Residuals.SEQUENTIAL;
  private boolean fused;
  private boolean inputBias;
  private boolean outputBias;
  private Optional<NormKind> queryKeyNorm = Optional.empty();
  private Optional<IntToDoubleFunction> scoreScale = Optional.empty();
  private double scoreSoftCap = Double.POSITIVE_INFINITY;
  private MlpKind mlpKind = MlpKind.GATED;
  private boolean mlpBias;
  private String activationField = "hidden_act";
  private Activation activation = Activation.SILU;
  private List<RopeConfig> ropes = List.of();
  private IntFunction<OptionalInt> ropeOfLayer = layer -> OptionalInt.empty();
  private IntUnaryOperator windows = layer -> AttentionRule.UNBOUNDED;
  private boolean learnedPositions;
  private double embeddingScale = 1;
  private OptionalInt padding = OptionalInt.empty();
  private boolean headBias;
  private double logitSoftCap = Double.POSITIVE_INFINITY;
  private WeightLayout layout = WeightLayout.OUT_IN;
  private Map<String, String> names = Map.of();
  private List<String> ignored = List.of(ROTARY_TABLE);

  ConfigBuilder(Family family, JsonCursor json) {
    this.modelType = family.modelType();
    this.json = json;
  }

  /** A builder with the sizes, heads, norm and rotary embedding under the names that most families use. */
  static ConfigBuilder standard(Family family, JsonCursor json, double eps) {
    var builder = new ConfigBuilder(family, json).sizes("hidden_size", "intermediate_size",
        "num_hidden_layers", "max_position_embeddings");
    return builder.heads("num_attention_heads", Optional.empty())
        .norm(new NormKind.Rms(json.opt("rms_norm_eps").map(JsonCursor::asPositive).orElse(eps), 0))
        .tied(flag(json, "tie_word_embeddings", false))
        .padding();
  }

  /** A field that is true or false. */
  static boolean flag(JsonCursor json, String name, boolean otherwise) {
    return json.opt(name).map(JsonCursor::asBoolean).orElse(otherwise);
  }

  /** Whether a field is there, be it null. */
  static boolean has(JsonCursor json, String name) {
    return json.members().containsKey(name);
  }

  /** The sizes, by the names of their fields. */
  ConfigBuilder sizes(String hidden, String intermediate, String layers, String positions) {
    hiddenSize = json.at(hidden).asCount();
    intermediateSize = json.at(intermediate).asCount();
    return layersAndPositions(layers, positions);
  }

  /** The sizes of a family whose MLP has a size by itself. */
  ConfigBuilder sizes(String hidden, Optional<JsonCursor> intermediate, int multiple, String layers,
      String positions) {
    hiddenSize = json.at(hidden).asCount();
    if (intermediate.isEmpty() && (long) multiple * hiddenSize > Integer.MAX_VALUE) {
      throw json.at(hidden).error(FITS);
    }
    intermediateSize = intermediate.map(JsonCursor::asCount).orElse(multiple * hiddenSize);
    return layersAndPositions(layers, positions);
  }

  private ConfigBuilder layersAndPositions(String layers, String positions) {
    layerCount = json.at(layers).asCount();
    maxPositions = json.at(positions).asCount();
    return this;
  }

  /**
   * The heads.
   *
   * @param field the number of query heads
   * @param defaultDim features of a head where the file does not say; empty for hidden_size / heads, rounded down
   */
  ConfigBuilder heads(String field, Optional<Integer> defaultDim) {
    heads = json.at(field).asCount();
    var grouped = json.opt("num_key_value_heads");
    keyValueHeads = grouped.map(JsonCursor::asCount).orElse(heads);
    if (heads % keyValueHeads != 0) {
      throw grouped.orElseThrow().error("a divisor of " + field + ", " + heads);
    }
    var dim = json.opt("head_dim");
    headDim = dim.map(JsonCursor::asCount).or(() -> defaultDim).orElse(hiddenSize / heads);
    if (headDim == 0) {
      throw json.at(field).error("at most the hidden size, " + hiddenSize + ", or a head_dim");
    }
    return this;
  }

  /** Of a family that has no models whose heads leave some of the hidden size over. */
  ConfigBuilder requireWholeHeads(String field) {
    if (json.opt("head_dim").isEmpty() && hiddenSize % heads != 0) {
      throw json.at(field).error("a divisor of the hidden size, " + hiddenSize);
    }
    return this;
  }

  ConfigBuilder norm(NormKind kind) {
    norm = kind;
    return this;
  }

  ConfigBuilder tied(boolean isTied) {
    tied = isTied;
    return this;
  }

  ConfigBuilder residuals(Residuals kind) {
    residuals = kind;
    return this;
  }

  /** Queries, keys and values come from one projection. */
  ConfigBuilder fusedQueryKeyValue() {
    fused = true;
    return this;
  }

  ConfigBuilder attentionBias(boolean input, boolean output) {
    inputBias = input;
    outputBias = output;
    return this;
  }

  ConfigBuilder queryKeyNorm(NormKind kind) {
    queryKeyNorm = Optional.of(kind);
    return this;
  }

  /** What the scores of a layer are multiplied by, instead of 1/√D. */
  ConfigBuilder scoreScale(IntToDoubleFunction ofLayer) {
    scoreScale = Optional.of(ofLayer);
    return this;
  }

  ConfigBuilder scoreSoftCap(double cap) {
    scoreSoftCap = cap;
    return this;
  }

  ConfigBuilder mlp(MlpKind kind, boolean bias) {
    mlpKind = kind;
    mlpBias = bias;
    return this;
  }

  /** The MLP's function where the file does not say, and the field that says it. */
  ConfigBuilder activation(String field, Activation otherwise) {
    activationField = field;
    activation = otherwise;
    return this;
  }

  /** The rotary embedding of all layers. */
  ConfigBuilder rope(RopeConfig config) {
    requirePairs(config);
    ropes = List.of(config);
    ropeOfLayer = layer -> OptionalInt.of(0);
    maxPositions = config.longestRow(maxPositions);
    return this;
  }

  /** Two rotary embeddings, and which layers have the second. */
  ConfigBuilder ropes(RopeConfig first, RopeConfig second, IntPredicate hasSecond) {
    requirePairs(first);
    requirePairs(second);
    ropes = List.of(first, second);
    maxPositions = Math.max(first.longestRow(maxPositions), second.longestRow(maxPositions));
    ropeOfLayer = layer -> OptionalInt.of(hasSecond.test(layer) ? 1 : 0);
    return this;
  }

  private void requirePairs(RopeConfig rope) {
    if (rope.scaling() instanceof RopeConfig.LongRope scaling
        && (scaling.shortFactors().size() != rope.rotated(headDim) / 2
            || scaling.longFactors().size() != scaling.shortFactors().size())) {
      throw json.opt("rope_scaling").or(() -> json.opt("rope_parameters")).orElse(json)
          .error("short_factor and long_factor of " + rope.rotated(headDim) / 2
              + " numbers each, one for each pair of turned features");
    }
    if (rope.rotated(headDim) % 2 != 0) {
      var field = json.opt("head_dim").or(() -> json.opt("hidden_size")).orElse(json);
      throw field.error("an even number of rotated features in a head, found " + rope.rotated(headDim)
          + ", because the rotary embedding turns pairs");
    }
  }

  /** Layers whose queries and keys are not turned. */
  ConfigBuilder withoutRope(IntPredicate layers) {
    var others = ropeOfLayer;
    ropeOfLayer = layer -> layers.test(layer) ? OptionalInt.empty() : others.apply(layer);
    return this;
  }

  /** Layers whose queries see {@code window} tokens. */
  ConfigBuilder window(int window, IntPredicate layers) {
    windows = layer -> layers.test(layer) ? window : AttentionRule.UNBOUNDED;
    return this;
  }

  /**
   * Which layers slide, as {@code layer_types} says it.
   *
   * @param otherwise where the file does not say
   */
  IntPredicate sliding(IntPredicate otherwise) {
    var field = json.opt("layer_types");
    if (field.isEmpty()) {
      return otherwise;
    }
    var types = field.get().elements();
    if (types.size() != layerCount) {
      throw field.get().error("one type for each of the " + layerCount + " layers");
    }
    var slides = types.stream().map(type -> switch (type.asString()) {
      case "sliding_attention" -> true;
      case "full_attention" -> false;
      default -> throw type.error("\"sliding_attention\" or \"full_attention\"");
    }).toList();
    return slides::get;
  }

  int headDim() {
    return headDim;
  }

  int layerCount() {
    return layerCount;
  }

  int hiddenSize() {
    return hiddenSize;
  }

  int maxPositions() {
    return maxPositions;
  }

  ConfigBuilder learnedPositions() {
    learnedPositions = true;
    return this;
  }

  ConfigBuilder embeddingScale(double scale) {
    embeddingScale = scale;
    return this;
  }

  /** The embedding takes {@code pad_token_id} as PyTorch takes {@code padding_idx}: below zero from the end. */
  ConfigBuilder padding() {
    int vocabulary = json.at("vocab_size").asCount();
    padding = json.opt("pad_token_id").map(JsonCursor::asInt).map(id -> id < 0 ? vocabulary + id : id)
        .filter(id -> id >= 0 && id < vocabulary).map(OptionalInt::of).orElse(OptionalInt.empty());
    return this;
  }

  ConfigBuilder headBias() {
    headBias = true;
    return this;
  }

  ConfigBuilder logitSoftCap(double cap) {
    logitSoftCap = cap;
    return this;
  }

  ConfigBuilder layout(WeightLayout kind) {
    layout = kind;
    return this;
  }

  /** The steps of checkpoint keys, by the components of the modules, where they differ. */
  ConfigBuilder names(Map<String, String> steps) {
    names = steps;
    return this;
  }

  /** Ends of names of stored tensors that nobody needs. */
  ConfigBuilder ignored(String... ends) {
    ignored = List.of(ends);
    return this;
  }

  ModelConfig build() {
    refuseUnsupported();
    long widest = Math.max((heads + 2L * keyValueHeads) * headDim, 2L * intermediateSize);
    if (widest > Integer.MAX_VALUE) {
      throw json.error(FITS);
    }
    var function = json.opt(activationField).map(ConfigBuilder::activation).orElse(activation);
    var layers = new Layers(layerCount, ropeOfLayer, windows, scoreScale.orElse(layer -> 1 / Math.sqrt(headDim)));
    var form = new DecoderForm(norm, residuals,
        new AttentionForm(fused, inputBias, outputBias, queryKeyNorm, scoreSoftCap),
        new MlpForm(mlpKind, function, mlpBias), ropes, layers, learnedPositions, embeddingScale, padding, headBias,
        logitSoftCap, layout, new Names(names), ignored);
    return new ModelConfig(modelType, json.at("vocab_size").asCount(), hiddenSize, intermediateSize, heads,
        keyValueHeads, headDim, maxPositions, tied,
        json.opt("initializer_range").map(JsonCursor::asPositive).orElse(DEFAULT_INITIALIZER_RANGE),
        json.opt("bos_token_id").map(JsonCursor::asInt),
        json.opt("eos_token_id").map(ConfigBuilder::ids).orElse(List.of()), form);
  }

  private static Activation activation(JsonCursor field) {
    return Activation.named(field.asString())
        .orElseThrow(() -> field.error("a supported activation: " + Activation.supported()));
  }

  /** Fields that would change the result if they were ignored. */
  private void refuseUnsupported() {
    json.opt("attention_dropout").ifPresent(dropout -> {
      if (dropout.asDouble() != 0) {
        throw dropout.error("0: dropout inside attention is not supported");
      }
    });
    if (!flag(json, "is_causal", true)) {
      throw json.at("is_causal").error("true: attention to later tokens is not supported");
    }
    json.opt("per_layer_config").ifPresent(layers -> {
      throw layers.error("no such field: layers of different sizes are not supported");
    });
    json.opt("quantization_config").ifPresent(quantization -> {
      throw quantization.error("no such field: weights quantised by other libraries are not supported, take"
          + " the original model or its GGUF");
    });
  }

  /** One id or a list of them. */
  static List<Integer> ids(JsonCursor field) {
    return field.value() instanceof Json.Arr
        ? field.elements().stream().map(JsonCursor::asInt).toList()
        : Collections.singletonList(field.asInt());
  }

  /** The layers, made as they are asked for: their number is only what a file claims. */
  private static final class Layers extends AbstractList<LayerForm> {
    private final int count;
    private final IntFunction<OptionalInt> ropes;
    private final IntUnaryOperator windows;
    private final IntToDoubleFunction scoreScales;

    Layers(int count, IntFunction<OptionalInt> ropes, IntUnaryOperator windows, IntToDoubleFunction scoreScales) {
      this.count = count;
      this.ropes = ropes;
      this.windows = windows;
      this.scoreScales = scoreScales;
    }

    @Override
    public LayerForm get(int layer) {
      return new LayerForm(ropes.apply(layer), windows.applyAsInt(layer), scoreScales.applyAsDouble(layer));
    }

    @Override
    public int size() {
      return count;
    }
  }
}
