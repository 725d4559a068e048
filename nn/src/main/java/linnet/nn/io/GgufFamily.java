package linnet.nn.io;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How GGUF files say what a family of models is made of: the name of the architecture, where tensors lie and
 * in what form, and which of the metadata's keys count. All of it is data; {@link GgufFamilies} has the
 * families there are. The meaning of a file is the one that llama.cpp gives it.
 *
 * @param architecture what {@code general.architecture} says
 * @param modelType the {@code model_type} of Hugging Face's {@code config.json}
 * @param className the one entry of its {@code architectures}
 * @param fields the names of its fields
 * @param norm the key of the norms' epsilon, within the architecture's keys
 * @param activation the field of the MLP's function and the only one that files mean
 * @param heads whether heads have a size of their own
 * @param rope which rotary embeddings files can ask for
 * @param window which layers slide
 * @param caps the caps of scores and logits that files can have
 * @param attentionBias whether files may have biases in attention, where the family leaves the choice
 * @param tensors the tensors
 */
public record GgufFamily(String architecture, String modelType, String className, Fields fields, String norm,
    Activation activation, HeadSize heads, Rope rope, Window window, Caps caps, boolean attentionBias,
    List<Tensor> tensors) {
  private static final String LAYER = "blk.";
  private static final Pattern NUMBERED = Pattern.compile("(0|[1-9][0-9]{0,8})\\.(.+)");

  /** Copies the list. */
  public GgufFamily {
    tensors = List.copyOf(tensors);
  }

  /**
   * The names of fields in {@code config.json}.
   *
   * @param hidden features of a token
   * @param intermediate features inside an MLP
   * @param layers number of layers
   * @param heads number of query heads
   * @param positions the longest row
   * @param epsilon of the norms
   * @param layerPrefix how the names of a layer's tensors begin, before its number
   */
  public record Fields(String hidden, String intermediate, String layers, String heads, String positions,
      String epsilon, String layerPrefix) {}

  /**
   * The function of the MLP.
   *
   * @param field the field of {@code config.json} that names it
   * @param name its name there
   */
  public record Activation(String field, String name) {}

  /** The size of heads. */
  public enum HeadSize {
    /** The hidden size divided by their number. */
    QUOTIENT,
    /** A number of its own. */
    OWN
  }

  /** The rotary embeddings that the files of an architecture can ask for. */
  public enum Rope {
    /** None: positions are learned. */
    NONE,
    /** One that turns whole heads. */
    WHOLE,
    /** One that turns whole heads, with a divisor for each frequency if there is such a tensor. */
    WHOLE_WITH_FACTORS,
    /** One that turns a part of each head. */
    PARTIAL,
    /** One that turns a part of each head, with divisors of frequencies if there are such tensors. */
    PARTIAL_WITH_FACTORS,
    /** Two that turn whole heads: another base in layers that slide. */
    GLOBAL_AND_LOCAL;

    /** Whether a part of each head may be turned. */
    public boolean isPartial() {
      return this == PARTIAL || this == PARTIAL_WITH_FACTORS;
    }

    /** Whether files may have tensors of factors. */
    public boolean hasFactors() {
      return this == WHOLE_WITH_FACTORS || this == PARTIAL_WITH_FACTORS;
    }
  }

  /**
   * Layers whose queries see a limited number of tokens.
   *
   * @param layers which layers can
   * @param usual the number where the file does not say it; empty for none
   * @param period of the layers, every last of which does not slide, where the file does not say which do
   * @param obeyed whether llama.cpp obeys it; where it does not, queries see all earlier tokens there
   */
  public record Window(Layers layers, OptionalInt usual, int period, boolean obeyed) {
    /** Which layers slide. */
    public enum Layers {
      /** None. */
      NONE,
      /** All. */
      ALL,
      /** Those that the file says. */
      CHOSEN,
      /** Those that the file says, by default all but the last of each period. */
      PERIODIC
    }
  }

  /** The caps of scores and logits. */
  public enum Caps {
    /** None. */
    NONE,
    /** Of logits, where the file has it. */
    LOGITS,
    /** Of both, always. */
    BOTH
  }

  /**
   * A tensor outside of layers, or one that each layer has.
   *
   * @param gguf its name in GGUF without {@code .weight} or {@code .bias}, in a layer after {@code blk.N.}
   * @param huggingFace its name there; in a layer after {@link Fields#layerPrefix} and the number
   * @param inLayer whether each layer has one
   * @param form how it is stored
   * @param bias whether there may be a bias of the same name
   */
  public record Tensor(String gguf, String huggingFace, boolean inLayer, Form form, boolean bias) {}

  /** How GGUF stores a tensor, compared with Hugging Face. */
  public enum Form {
    /** The same. */
    SAME,
    /** Rows of queries: the two features of a turned pair side by side. */
    QUERY_PAIRS,
    /** Rows of keys, likewise. */
    KEY_PAIRS,
    /** (out, in) instead of (in, out). */
    TRANSPOSED,
    /** One is added. */
    PLUS_ONE
  }

  /**
   * A tensor's place in a model.
   *
   * @param tensor what it is
   * @param layer its layer, or -1 outside of layers
   * @param part {@code weight} or {@code bias}
   */
  public record Place(Tensor tensor, int layer, String part) {}

  /** Finds a tensor by the name that GGUF has for it; empty where this architecture has no such tensor. */
  public Optional<Place> ofGguf(String name) {
    return find(name, LAYER, Tensor::gguf);
  }

  /** Finds a tensor by the name that Hugging Face has for it; empty where there is no such tensor. */
  public Optional<Place> ofHuggingFace(String name) {
    return find(name, fields.layerPrefix(), Tensor::huggingFace);
  }

  private Optional<Place> find(String name, String layerPrefix, Function<Tensor, String> nameOf) {
    int layer = -1;
    String rest = name;
    if (name.startsWith(layerPrefix)) {
      var numbered = NUMBERED.matcher(name.substring(layerPrefix.length()));
      if (!numbered.matches()) {
        return Optional.empty();
      }
      layer = Integer.parseInt(numbered.group(1));
      rest = numbered.group(2);
    }
    int dot = rest.lastIndexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    String part = rest.substring(dot + 1);
    String stem = rest.substring(0, dot);
    for (var tensor : tensors) {
      if (tensor.inLayer() == (layer >= 0) && nameOf.apply(tensor).equals(stem)
          && (part.equals("weight") || part.equals("bias") && tensor.bias())) {
        return Optional.of(new Place(tensor, layer, part));
      }
    }
    return Optional.empty();
  }

  /** The name that GGUF has for a tensor. */
  public String gguf(Place place) {
    return (place.layer() < 0 ? "" : LAYER + place.layer() + ".") + place.tensor().gguf() + "."
        + place.part();
  }

  /** The name that Hugging Face has for a tensor. */
  public String huggingFace(Place place) {
    return (place.layer() < 0 ? "" : fields.layerPrefix() + place.layer() + ".")
        + place.tensor().huggingFace() + "." + place.part();
  }

  /** A metadata key of this architecture. */
  public String key(String name) {
    return architecture + "." + name;
  }
}
