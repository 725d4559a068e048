package linnet.nn.io;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import linnet.nn.io.GgufFamily.Caps;
import linnet.nn.io.GgufFamily.HeadSize;
import linnet.nn.io.GgufFamily.Rope;
import linnet.nn.io.GgufFamily.Window.Layers;
import linnet.nn.json.Json;
import linnet.nn.json.ObjectBuilder;
import linnet.tensor.DType;

/**
 * The hyper-parameters of a GGUF file as Hugging Face's {@code config.json}: what llama.cpp does with the
 * file, said in the fields of the family.
 */
public final class GgufConfig {
  /** Number of layers. */
  public static final String LAYERS = "block_count";
  /** The longest row. */
  public static final String CONTEXT = "context_length";
  /** Features of a token. */
  public static final String HIDDEN = "embedding_length";
  /** Features inside an MLP. */
  public static final String INTERMEDIATE = "feed_forward_length";
  /** Query heads. */
  public static final String HEADS = "attention.head_count";
  /** Key/value heads. */
  public static final String KV_HEADS = "attention.head_count_kv";
  /** Features of a head's queries and keys. */
  public static final String KEY_LENGTH = "attention.key_length";
  /** Features of a head's values. */
  public static final String VALUE_LENGTH = "attention.value_length";
  /** Tokens that a query sees in a layer that slides. */
  public static final String WINDOW = "attention.sliding_window";
  /** Which layers slide. */
  public static final String PATTERN = "attention.sliding_window_pattern";
  /** What scores stay below. */
  public static final String SCORE_CAP = "attn_logit_softcapping";
  /** What logits stay below. */
  public static final String LOGIT_CAP = "final_logit_softcapping";
  /** Rows of the embedding. */
  public static final String VOCABULARY = "vocab_size";

  private static final int MOST_LAYERS = 1 << 16; // where no tensors tell
  private static final double USUAL_SCORE_CAP = 50;
  private static final double USUAL_LOGIT_CAP = 30;
  /** Layers of the one model of each architecture whose scores llama.cpp scales by hidden size / heads. */
  private static final Set<Integer> GEMMA_27B_LAYERS = Set.of(46, 62);

  private final GgufFamily family;
  private final GgufMetadata metadata;
  private final Optional<SequencedMap<String, TensorSpec>> specs;
  private final FactorTables factors;

  /** Reads tables of divisors of rotary frequencies, which GGUF keeps as tensors. */
  @FunctionalInterface
  public interface FactorTables {
    /** The numbers in a tensor of GGUF's name that is there. */
    float[] read(String name);
  }

  /**
   * The hyper-parameters of a file.
   *
   * @param family what it is of
   * @param metadata its metadata
   * @param specs its tensors, by GGUF's names
   * @param factors reads those of rotary factors
   */
  public GgufConfig(GgufFamily family, GgufMetadata metadata, SequencedMap<String, TensorSpec> specs,
      FactorTables factors) {
    this(family, metadata, Optional.of(specs), factors);
  }

  private GgufConfig(GgufFamily family, GgufMetadata metadata, Optional<SequencedMap<String, TensorSpec>> specs,
      FactorTables factors) {
    this.family = family;
    this.metadata = metadata;
    this.specs = specs;
    this.factors = factors;
  }

  /**
   * The hyper-parameters of a file whose tensors are not all there: sizes, and what concerns text. Rotary embedding,
   * biases, types, and whether the head is the embedding, which tensors say, are left out.
   */
  static GgufConfig withoutTensors(GgufFamily family, GgufMetadata metadata) {
    return new GgufConfig(family, metadata, Optional.empty(), name -> {
      throw new IllegalStateException(name + " is not there");
    });
  }

  /** The number of heads of queries. */
  static int heads(GgufFamily family, GgufMetadata metadata) {
    return metadata.size(family.key(HEADS));
  }

  /** The number of heads of keys. */
  static int kvHeads(GgufFamily family, GgufMetadata metadata) {
    String key = family.key(KV_HEADS);
    return metadata.values().containsKey(key) ? metadata.size(key) : heads(family, metadata);
  }

  /**
   * The configuration.
   *
   * @return the content of a {@code config.json}
   * @throws ModelFormatException if a hyper-parameter is missing, of a wrong kind, or says what the family
   *     cannot be
   */
  public Json.Obj json() {
    var fields = family.fields();
    var config = Json.object()
        .put("architectures", Json.strings(List.of(family.className())))
        .put("model_type", family.modelType())
        .put(fields.hidden(), size(HIDDEN))
        .put(fields.intermediate(), size(INTERMEDIATE))
        .put(fields.layers(), layers())
        .put(fields.heads(), heads(family, metadata))
        .put(fields.positions(), size(CONTEXT))
        .put(fields.epsilon(), (float) epsilon())
        .put(family.activation().field(), family.activation().name());
    putHeads(config);
    putWindow(config);
    putCaps(config);
    putTokens(config);
    specs.ifPresent(tensors -> putWhatTensorsSay(config, tensors));
    return new Json.Obj(new TreeMap<>(config.build().members()));
  }

  private void putWhatTensorsSay(ObjectBuilder config, SequencedMap<String, TensorSpec> tensors) {
    if (family.attentionBias()) {
      config.put("attention_bias", tensors.containsKey("blk.0.attn_q.bias"));
      config.put("mlp_bias", tensors.containsKey("blk.0.ffn_gate.bias"));
    }
    if (family.rope() != Rope.NONE) {
      new GgufRope(family, metadata, tensors.keySet(), factors).put(config, headDim());
    }
    var embedding = embedding(tensors);
    config.put("tie_word_embeddings", !tensors.containsKey("output.weight"))
        .put("torch_dtype", torchName(embedding.dtype()))
        .put("vocab_size", vocabulary(embedding));
  }

  /** Each layer has tensors, so that no file can claim more layers than it has bytes for. */
  private int layers() {
    int layers = size(LAYERS);
    int most = specs.map(Map::size).orElse(MOST_LAYERS);
    if (layers > most) {
      throw new ModelFormatException(metadata.file(), family.key(LAYERS), "found " + layers
          + ", expected no more than " + (specs.isPresent() ? "the " + most + " tensors of the file" : most));
    }
    return layers;
  }

  private void putHeads(ObjectBuilder config) {
    int kvHeads = kvHeads(family, metadata);
    int dim = headDim();
    if (family.rope() == Rope.NONE) {
      require(kvHeads == heads(family, metadata), KV_HEADS, kvHeads, "as many as query heads");
    } else {
      config.put("num_key_value_heads", kvHeads);
    }
    String valueLength = family.key(VALUE_LENGTH);
    if (metadata.values().containsKey(valueLength)) {
      require(metadata.size(valueLength) == dim, VALUE_LENGTH, metadata.size(valueLength),
          dim + ", as that of keys");
    }
    if (family.heads() == HeadSize.OWN) {
      config.put("head_dim", dim);
    }
    if (family.modelType().startsWith("gemma")) {
      boolean large = GEMMA_27B_LAYERS.contains(size(LAYERS));
      config.put("query_pre_attn_scalar", large ? size(HIDDEN) / heads(family, metadata) : dim);
    }
  }

  private int headDim() {
    int quotient = size(HIDDEN) / heads(family, metadata);
    String key = family.key(KEY_LENGTH);
    int dim = metadata.values().containsKey(key) ? metadata.size(key) : quotient;
    require(dim > 0, HEADS, heads(family, metadata), "no more heads than features");
    if (family.heads() == HeadSize.QUOTIENT) {
      require(dim == quotient, KEY_LENGTH, dim, quotient + ", the features of a token for each head");
    }
    return dim;
  }

  private void putWindow(ObjectBuilder config) {
    var window = family.window();
    long tokens = metadata.integer(family.key(WINDOW)).orElse(window.usual().orElse(0));
    require(tokens >= 0 && tokens <= Integer.MAX_VALUE, WINDOW, tokens, "0 to " + Integer.MAX_VALUE);
    var sliding = tokens == 0 ? Json.NULL : Json.of(tokens);
    switch (window.layers()) {
      case NONE -> require(tokens == 0, WINDOW, tokens, "none: this architecture has no layers that slide");
      case ALL -> config.put("sliding_window", sliding);
      case CHOSEN -> {
        config.put("use_sliding_window", tokens > 0).put("sliding_window", sliding);
        if (tokens > 0) {
          config.put("layer_types", layerTypes(chosen(List.of(true))));
        }
      }
      case PERIODIC -> {
        config.put("sliding_window", sliding);
        config.put("layer_types", layerTypes(tokens == 0 ? List.of(false) : chosen(periodic())));
      }
    }
  }

  /** Layer i slides where element i, counted around, is true. */
  private List<Boolean> chosen(List<Boolean> otherwise) {
    String key = family.key(PATTERN);
    return switch (metadata.values().get(key)) {
      case null -> otherwise;
      case GgufValue.Int period -> {
        require(period.value() >= 0 && period.value() <= size(LAYERS), PATTERN, period.value(),
            "a period of at most " + size(LAYERS) + " layers");
        yield period.value() == 0 ? List.of(true) : period((int) period.value());
      }
      default -> metadata.truths(key).orElseThrow();
    };
  }

  private List<Boolean> periodic() {
    return period(family.window().period());
  }

  private static List<Boolean> period(int length) {
    var slides = new ArrayList<>(Collections.nCopies(length, true));
    slides.set(length - 1, false);
    return slides;
  }

  private Json layerTypes(List<Boolean> slides) {
    require(!slides.isEmpty(), PATTERN, slides, "a truth value for each layer");
    var types = new ArrayList<String>();
    for (int layer = 0; layer < layers(); layer++) {
      types.add(slides.get(layer % slides.size()) ? "sliding_attention" : "full_attention");
    }
    return Json.strings(types);
  }

  private void putCaps(ObjectBuilder config) {
    double score = metadata.real(family.key(SCORE_CAP)).orElse(USUAL_SCORE_CAP);
    boolean both = family.caps() == Caps.BOTH;
    double logit = metadata.real(family.key(LOGIT_CAP)).orElse(both ? USUAL_LOGIT_CAP : 0);
    if (both) {
      require(score > 0 && Double.isFinite(score), SCORE_CAP, score, "a number above 0");
      require(logit > 0 && Double.isFinite(logit), LOGIT_CAP, logit, "a number above 0");
      config.put("attn_logit_softcapping", (float) score);
    }
    if (family.caps() != Caps.NONE) {
      config.put("final_logit_softcapping", logit > 0 ? Json.of((float) logit) : Json.NULL);
    }
  }

  /** Null where there is no such token: some classes of transformers have ids of their own otherwise. */
  private void putTokens(ObjectBuilder config) {
    config.put("bos_token_id", Json.NULL).put("eos_token_id", Json.NULL).put("pad_token_id", Json.NULL);
    GgufTokenizer.read(metadata).ifPresent(tokenizer -> {
      config.put("vocab_size", tokenizer.tokens().size()); // but for rows of the embedding behind them
      tokenizer.bos().ifPresent(id -> config.put("bos_token_id", id));
      tokenizer.eos().ifPresent(id -> config.put("eos_token_id", id));
      tokenizer.padding().ifPresent(id -> config.put("pad_token_id", id));
    });
  }

  private int size(String key) {
    return metadata.size(family.key(key));
  }

  private double epsilon() {
    String key = family.key(family.norm());
    double epsilon = metadata.real(key).orElseThrow(() -> metadata.missing(key));
    require(epsilon > 0 && Double.isFinite(epsilon), family.norm(), epsilon, "a number above 0");
    return epsilon;
  }

  private void require(boolean holds, String key, Object found, String expected) {
    if (!holds) {
      throw new ModelFormatException(metadata.file(), family.key(key), "found " + found + ", expected "
          + expected);
    }
  }

  private TensorSpec embedding(SequencedMap<String, TensorSpec> tensors) {
    var spec = tensors.get("token_embd.weight");
    if (spec == null || spec.shape().rank() != 2) {
      throw new ModelFormatException(metadata.file(), "token_embd.weight", "found "
          + (spec == null ? "no such tensor" : spec.shape())
          + ", expected the embedding, (vocabulary, hidden)");
    }
    return spec;
  }

  /** The embedding says it best: files exist whose metadata leave it out. */
  private int vocabulary(TensorSpec embedding) {
    int rows = embedding.shape().size(0);
    if (metadata.values().containsKey(family.key(VOCABULARY))) {
      require(size(VOCABULARY) == rows, VOCABULARY, size(VOCABULARY),
          rows + ", the rows of token_embd.weight");
    }
    return rows;
  }

  /** The name of a type in a Hugging Face config; block types are computed in F32. */
  public static String torchName(DType dtype) {
    return switch (dtype) {
      case BF16 -> "bfloat16";
      case F16 -> "float16";
      case F64 -> "float64";
      default -> "float32";
    };
  }
}
