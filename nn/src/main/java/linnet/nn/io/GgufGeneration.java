package linnet.nn.io;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * The defaults of generation, in GGUF's metadata and in {@code generation_config.json}: how tokens are drawn,
 * and the tokens beside the tokenizer's own at which a text ends.
 */
public final class GgufGeneration {
  private static final String END_OF_TURN = "tokenizer.ggml.eot_token_id";
  private static final String END_OF_MESSAGE = "tokenizer.ggml.eom_token_id";
  private static final List<String> ENDS = List.of(GgufTokenizer.EOS, END_OF_TURN, END_OF_MESSAGE);
  private static final String TOP_K = "general.sampling.top_k";
  private static final String EOS_FIELD = "eos_token_id";
  private static final String SAMPLES = "do_sample";
  private static final List<Real> REALS = List.of(new Real("general.sampling.temp", "temperature"),
      new Real("general.sampling.top_p", "top_p"), new Real("general.sampling.min_p", "min_p"),
      new Real("general.sampling.penalty_repeat", "repetition_penalty"));

  private static final List<Role> ROLES = List.of(new Role(GgufTokenizer.BOS, "bos_token_id"),
      new Role(GgufTokenizer.PADDING, "pad_token_id"));

  /** A real number: GGUF's key and the field. */
  private record Real(String key, String field) {}

  /** A token of the tokenizer's: GGUF's key and the field. */
  private record Role(String key, String field) {}

  private GgufGeneration() {}

  /**
   * What a file says, as {@code generation_config.json}.
   *
   * @return the content, or empty where the file says nothing beyond its tokenizer
   * @throws ModelFormatException if a value is of a wrong kind
   */
  static Optional<Json.Obj> read(GgufMetadata metadata) {
    var json = Json.object();
    for (var real : REALS) {
      metadata.real(real.key()).ifPresent(value -> json.put(real.field(), (float) value));
    }
    metadata.integer(TOP_K).ifPresent(value -> json.put("top_k", value));
    if (!json.build().members().isEmpty()) {
      json.put(SAMPLES, true);
    }
    var stops = new LinkedHashSet<Json>();
    for (String key : ENDS) {
      metadata.integer(key).ifPresent(id -> stops.add(Json.of(id)));
    }
    if (stops.size() > 1) {
      json.put(EOS_FIELD, stops);
    }
    return Optional.of(json.build()).filter(object -> !object.members().isEmpty())
        .map(object -> withRoles(object, stops, metadata));
  }

  /** With the tokenizer's own tokens: where there is such a file, transformers takes them from it alone. */
  private static Json.Obj withRoles(Json.Obj generation, Set<Json> stops, GgufMetadata metadata) {
    var json = generation.toBuilder();
    if (stops.size() == 1) {
      json.put(EOS_FIELD, stops.iterator().next());
    }
    ROLES.forEach(role -> metadata.integer(role.key()).ifPresent(id -> json.put(role.field(), id)));
    return json.build();
  }

  /**
   * The metadata of a model's defaults.
   *
   * @param stops the tokens at which a text ends
   * @param generation the content of {@code generation_config.json}, if there is one
   * @param text the metadata of the tokenizer, which these stand beside
   * @return keys and values, none of them among those of the tokenizer
   * @throws linnet.nn.json.JsonException if a field is malformed
   */
  public static SequencedMap<String, GgufValue> write(SequencedSet<Integer> stops,
      Optional<JsonCursor> generation, Map<String, GgufValue> text) {
    var values = new LinkedHashMap<String, GgufValue>();
    generation.filter(json -> json.opt(SAMPLES).map(JsonCursor::asBoolean).orElse(false)).ifPresent(json -> {
      REALS.forEach(real -> json.opt(real.field())
          .ifPresent(value -> values.put(real.key(), GgufValue.float32(value.asDouble()))));
      json.opt("top_k")
          .ifPresent(value -> values.put(TOP_K, new GgufValue.Int(GgufType.INT32, value.asInt())));
    });
    var others = stops.stream().filter(id -> !isEnd(text, id)).toList();
    if (!others.isEmpty()) {
      values.put(END_OF_TURN, GgufValue.uint32(others.getLast()));
    }
    if (others.size() > 1) {
      values.put(END_OF_MESSAGE, GgufValue.uint32(others.getFirst()));
    }
    values.keySet().removeAll(text.keySet());
    return values;
  }

  /**
   * The tokens at which a text ends that a file does not name: it has places for three.
   *
   * @param stops all tokens at which a text ends
   * @param values the metadata of the file
   */
  public static List<Integer> leftOut(SequencedSet<Integer> stops, Map<String, GgufValue> values) {
    var named = ENDS.stream().map(values::get).filter(GgufValue.Int.class::isInstance)
        .map(value -> ((GgufValue.Int) value).value()).toList();
    return stops.stream().filter(id -> !named.contains((long) id)).toList();
  }

  private static boolean isEnd(Map<String, GgufValue> text, int id) {
    return text.get(GgufTokenizer.EOS) instanceof GgufValue.Int(var type, long eos) && eos == id;
  }
}
