package linnet.nn.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The tokenizer that a GGUF file carries under {@code tokenizer.ggml.*}.
 *
 * @param model the kind of model: {@code gpt2} is byte-level BPE, {@code llama} SentencePiece's BPE
 * @param pre how text is split before merging, such as {@code smollm}; empty where the file does not say
 * @param tokens the vocabulary; the index is the id
 * @param kinds what each token is, 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte; empty
 *     where the file does not say
 * @param scores how early SentencePiece's BPE merges into each token, the highest first; empty where the file
 *     does not say
 * @param merges the merges of byte-level BPE in their order, two pieces with a space between
 * @param bos the token that begins a text
 * @param eos the token that ends a text
 * @param unknown the token for what has no other
 * @param padding the token for padding
 * @param addBos whether texts get {@code bos} in front
 * @param addEos whether texts get {@code eos} at the end
 * @param addSpacePrefix whether texts get a space in front
 */
public record GgufTokenizer(
    String model, Optional<String> pre, List<String> tokens, List<Integer> kinds, List<Float> scores,
    List<String> merges, OptionalInt bos, OptionalInt eos, OptionalInt unknown, OptionalInt padding,
    Optional<Boolean> addBos, Optional<Boolean> addEos, Optional<Boolean> addSpacePrefix) {
  /** The kind of a token that no text is. */
  public static final int CONTROL = 3;
  /** The kind of a token that is looked for in a text before it is split. */
  public static final int USER_DEFINED = 4;
  /** The kind of a token that never occurs. */
  public static final int UNUSED = 5;
  /** What llama.cpp's converter gives them; no two pieces make one up. */
  private static final float SCORE_OF_UNUSED = -10_000;
  private static final String MODEL = "tokenizer.ggml.model";
  private static final String PRE = "tokenizer.ggml.pre";
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String KINDS = "tokenizer.ggml.token_type";
  private static final String SCORES = "tokenizer.ggml.scores";
  private static final String MERGES = "tokenizer.ggml.merges";
  static final String BOS = "tokenizer.ggml.bos_token_id";
  static final String EOS = "tokenizer.ggml.eos_token_id";
  private static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";
  static final String PADDING = "tokenizer.ggml.padding_token_id";
  private static final String ADD_BOS = "tokenizer.ggml.add_bos_token";
  private static final String ADD_EOS = "tokenizer.ggml.add_eos_token";
  private static final String ADD_SPACE_PREFIX = "tokenizer.ggml.add_space_prefix";

  /** Copies the lists. */
  public GgufTokenizer {
    tokens = List.copyOf(tokens);
    kinds = List.copyOf(kinds);
    scores = List.copyOf(scores);
    merges = List.copyOf(merges);
  }

  /**
   * A tokenizer without scores, as byte-level BPE is.
   *
   * @param model the kind of model
   * @param pre how text is split before merging
   * @param tokens the vocabulary
   * @param kinds what each token is
   * @param merges the merges in their order
   * @param bos the token that begins a text
   * @param eos the token that ends a text
   * @param unknown the token for what has no other
   * @param padding the token for padding
   * @param addBos whether texts get {@code bos} in front
   * @param addEos whether texts get {@code eos} at the end
   * @param addSpacePrefix whether texts get a space in front
   */
  public GgufTokenizer(String model, Optional<String> pre, List<String> tokens, List<Integer> kinds,
      List<String> merges, OptionalInt bos, OptionalInt eos, OptionalInt unknown, OptionalInt padding,
      Optional<Boolean> addBos, Optional<Boolean> addEos, Optional<Boolean> addSpacePrefix) {
    this(model, pre, tokens, kinds, List.of(), merges, bos, eos, unknown, padding, addBos, addEos,
        addSpacePrefix);
  }

  /**
   * Reads the tokenizer of a file.
   *
   * @param metadata the file's metadata
   * @return the tokenizer, or empty where the file has none
   * @throws ModelFormatException if its parts are of a wrong type or do not fit together
   */
  public static Optional<GgufTokenizer> read(GgufMetadata metadata) {
    return metadata.text(MODEL).map(model -> {
      var tokens = metadata.texts(TOKENS).orElseThrow(() -> metadata.missing(TOKENS));
      var kinds = metadata.integers(KINDS).orElse(new long[0]);
      checkCount(metadata, KINDS, kinds.length, tokens.size());
      var scores = metadata.reals(SCORES).orElse(new double[0]);
      checkCount(metadata, SCORES, scores.length, tokens.size());
      return new GgufTokenizer(model, metadata.text(PRE), tokens,
          Arrays.stream(kinds).mapToObj(kind -> (int) kind).toList(),
          Arrays.stream(scores).mapToObj(score -> (float) score).toList(),
          metadata.texts(MERGES).orElse(List.of()),
          id(metadata, BOS, tokens.size()), id(metadata, EOS, tokens.size()),
          id(metadata, UNKNOWN, tokens.size()), id(metadata, PADDING, tokens.size()),
          metadata.bool(ADD_BOS), metadata.bool(ADD_EOS), metadata.bool(ADD_SPACE_PREFIX));
    });
  }

  private static void checkCount(GgufMetadata metadata, String key, int found, int tokens) {
    if (found > 0 && found != tokens) {
      throw new ModelFormatException(metadata.file(), key, "found " + found + " elements, expected " + tokens
          + ", one for each token");
    }
  }

  private static OptionalInt id(GgufMetadata metadata, String key, int tokens) {
    OptionalLong id = metadata.integer(key);
    if (id.isEmpty()) {
      return OptionalInt.empty();
    }
    if (id.getAsLong() < 0 || id.getAsLong() >= tokens) {
      throw new ModelFormatException(metadata.file(), key, "found " + id.getAsLong()
          + ", expected the id of one of the " + tokens + " tokens");
    }
    return OptionalInt.of((int) id.getAsLong());
  }

  /**
   * The same with one token for each row of an embedding, without which llama.cpp refuses a file. Rows behind
   * the tokens (Qwen's, Phi-3's) get names of their own and are unused, as llama.cpp's converter has it; added
   * tokens without a row (Gemma 3's for images) are left out, since no model of that many rows knows them, and
   * with them a role that one has.
   *
   * @param rows the number of rows
   * @throws IllegalArgumentException if encoding may give a token that has no row
   */
  public GgufTokenizer withRows(int rows) {
    int known = Math.min(rows, tokens.size());
    var cut = new HashSet<>(tokens.subList(known, tokens.size()));
    for (int id = known; id < tokens.size(); id++) {
      if (kinds.isEmpty() || !Set.of(CONTROL, USER_DEFINED, UNUSED).contains(kinds.get(id))) {
        throw noRow(rows, id);
      }
    }
    for (var merge : cut.isEmpty() ? List.<String>of() : merges) {
      int space = merge.indexOf(' ', 1);
      String made = space < 0 ? merge : merge.substring(0, space) + merge.substring(space + 1);
      if (cut.contains(made)) {
        throw noRow(rows, tokens.indexOf(made));
      }
    }
    for (var added : List.of(addBos.orElse(false) ? bos : OptionalInt.empty(),
        addEos.orElse(false) ? eos : OptionalInt.empty())) {
      added.ifPresent(id -> {
        if (id >= rows) {
          throw noRow(rows, id);
        }
      });
    }
    var names = new ArrayList<>(tokens.subList(0, known));
    for (int id = known; id < rows; id++) {
      names.add(nameOfRow(id));
    }
    return resized(names);
  }

  /**
   * The same without the tokens at the end that only stand for rows of the embedding.
   *
   * @return what {@link #withRows} gave them to
   */
  public GgufTokenizer withoutUnusedRows() {
    int used = tokens.size();
    boolean fits = kinds.size() == used && (scores.isEmpty() || scores.size() == used);
    while (fits && used > 0 && isUnusedRow(used - 1)) {
      used--;
    }
    return used == tokens.size() ? this : resized(tokens.subList(0, used));
  }

  private boolean isUnusedRow(int id) {
    return kinds.get(id) == UNUSED && tokens.get(id).equals(nameOfRow(id))
        && Stream.of(bos, eos, unknown, padding).noneMatch(role -> role.isPresent() && role.getAsInt() == id);
  }

  private static String nameOfRow(int id) {
    return "[PAD" + id + "]";
  }

  private GgufTokenizer resized(List<String> names) {
    int rows = names.size();
    return new GgufTokenizer(model, pre, names, resized(kinds, rows, UNUSED),
        resized(scores, rows, SCORE_OF_UNUSED), merges, below(rows, bos), below(rows, eos),
        below(rows, unknown), below(rows, padding), addBos, addEos, addSpacePrefix);
  }

  private static OptionalInt below(int rows, OptionalInt id) {
    return id.isPresent() && id.getAsInt() < rows ? id : OptionalInt.empty();
  }

  private static IllegalArgumentException noRow(int rows, int id) {
    return new IllegalArgumentException("found " + rows + ", expected a row of the embedding for each token that"
        + " the tokenizer may give, and there is one with the id " + id
        + "; resize the embedding, or remove the token from the tokenizer");
  }

  private static <T> List<T> resized(List<T> values, int size, T more) {
    if (values.isEmpty()) {
      return values;
    }
    var resized = new ArrayList<>(values.subList(0, Math.min(size, values.size())));
    while (resized.size() < size) {
      resized.add(more);
    }
    return resized;
  }

  /**
   * The keys and values that {@link #read} reads back.
   *
   * @return a fresh map
   */
  public SequencedMap<String, GgufValue> toMetadata() {
    var values = new LinkedHashMap<String, GgufValue>();
    values.put(MODEL, GgufValue.text(model));
    pre.ifPresent(name -> values.put(PRE, GgufValue.text(name)));
    values.put(TOKENS, GgufValue.texts(tokens));
    if (!kinds.isEmpty()) {
      values.put(KINDS, GgufValue.int32s(kinds.stream().mapToInt(Integer::intValue).toArray()));
    }
    if (!scores.isEmpty()) {
      var floats = new float[scores.size()];
      for (int id = 0; id < floats.length; id++) {
        floats[id] = scores.get(id);
      }
      values.put(SCORES, GgufValue.float32s(floats));
    }
    if (!merges.isEmpty()) {
      values.put(MERGES, GgufValue.texts(merges));
    }
    bos.ifPresent(id -> values.put(BOS, GgufValue.uint32(id)));
    eos.ifPresent(id -> values.put(EOS, GgufValue.uint32(id)));
    unknown.ifPresent(id -> values.put(UNKNOWN, GgufValue.uint32(id)));
    padding.ifPresent(id -> values.put(PADDING, GgufValue.uint32(id)));
    addBos.ifPresent(add -> values.put(ADD_BOS, new GgufValue.Bool(add)));
    addEos.ifPresent(add -> values.put(ADD_EOS, new GgufValue.Bool(add)));
    addSpacePrefix.ifPresent(add -> values.put(ADD_SPACE_PREFIX, new GgufValue.Bool(add)));
    return values;
  }
}
