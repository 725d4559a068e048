package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.json.Json;

/**
 * Makes a tokenizer of GGUF's metadata ({@code tokenizer.ggml.*} of the specification in ggml's
 * {@code docs/gguf.md}), as llama.cpp understands them ({@code llama-vocab.cpp}).
 */
final class GgufConversion {
  private static final String TEXT = "A";

  private final String source;
  private final GgufTokenizer data;
  private final boolean phi3;

  private GgufConversion(GgufTokenizer data, Optional<String> modelName, String source) {
    this.source = source;
    this.data = data.withoutUnusedRows();
    phi3 = modelName.filter(GgufKinds::namesPhi3).isPresent();
  }

  /** Makes it; the model's name matters because llama.cpp knows tokens of Phi-3 by it. */
  static Tokenizer build(GgufTokenizer data, Optional<String> chatTemplate, Optional<String> modelName,
      String source) {
    var tokenizer = new GgufConversion(data, modelName, source).build();
    return chatTemplate.map(tokenizer.config()::withChatTemplate).map(tokenizer::withConfig)
        .orElse(tokenizer);
  }

  private Tokenizer build() {
    checkCount("token_type", "types", data.kinds().size());
    checkCount("scores", "scores", data.scores().size());
    return switch (data.model()) {
      case GgufKinds.BYTE_LEVEL -> byteLevel();
      case GgufKinds.SENTENCE_PIECE -> sentencePiece();
      default -> throw wrong("model", "found \"" + data.model() + "\", expected \"" + GgufKinds.BYTE_LEVEL
          + "\" or \"" + GgufKinds.SENTENCE_PIECE + "\"");
    };
  }

  private Tokenizer byteLevel() {
    String pre = data.pre().orElse(ByteLevelScheme.DEFAULT.ggufName());
    var scheme = ByteLevelScheme.of(pre).orElseThrow(() -> wrong("pre", "found \"" + pre
        + "\", expected one of " + ByteLevelScheme.allNames()));
    var vocabulary = new Vocabulary(data.tokens());
    var options = BpeOptions.BYTE_LEVEL.withIgnoreMerges(scheme.wholeWords());
    var merges = BpeModel.resolve(vocabulary, pairs(), "", source + ": tokenizer.ggml.merges");
    boolean starts = data.addBos().orElse(scheme.startsTexts() && data.bos().isPresent());
    var parts = new TokenizerParts(added(), null, scheme.preTokenizer(),
        new BpeModel(vocabulary, merges, options, source), template(starts, data.bos(), data.eos()),
        new Decoder.ByteLevel(true, true, true));
    return new Tokenizer(parts, config(data.bos(), data.eos(), data.unknown()));
  }

  private Tokenizer sentencePiece() {
    if (data.scores().isEmpty() || data.scores().stream().anyMatch(score -> score.isNaN())) {
      throw wrong("scores", "found " + (data.scores().isEmpty() ? "none" : "one that is no number")
          + ", expected one for each token: they say what merges first");
    }
    var vocabulary = new Vocabulary(data.tokens());
    var bos = data.bos().isPresent() ? data.bos() : withDefault(1);
    var eos = data.eos().isPresent() ? data.eos() : withDefault(2);
    var unknown = data.unknown().isPresent() ? data.unknown() : withDefault(0);
    boolean fallback = data.tokens().stream().anyMatch(token -> Decoder.ByteFallback.byteOf(token) >= 0);
    String unkToken = token("unknown_token_id", unknown).orElse(null);
    var options = new BpeOptions(unkToken, true, fallback, false, "", "");
    var merges = PieceScores.merges(vocabulary, this::isMade, data.scores());
    var prefix = data.addSpacePrefix().orElse(true) ? SpacePrefix.ADDED : SpacePrefix.NONE;
    var parts = new TokenizerParts(added(), prefix.normalizer(), null,
        new BpeModel(vocabulary, merges, options, source),
        template(data.addBos().orElse(bos.isPresent()), bos, eos), prefix.decoder());
    return new Tokenizer(parts, config(bos, eos, unknown));
  }

  /** Llama's own id where the file does not say. */
  private OptionalInt withDefault(int id) {
    return id < data.tokens().size() ? OptionalInt.of(id) : OptionalInt.empty();
  }

  private int kind(int id) {
    return data.kinds().isEmpty() ? GgufKinds.NORMAL : data.kinds().get(id);
  }

  /** Whether merging may give a token; a text that spells a control token must not become one. */
  private boolean isMade(int id) {
    int kind = kind(id);
    return !data.tokens().get(id).isEmpty() && kind != GgufKinds.CONTROL && kind != GgufKinds.UNKNOWN
        && kind != GgufKinds.BYTE;
  }

  private List<TokenPair> pairs() {
    var pairs = new ArrayList<TokenPair>(data.merges().size());
    for (int i = 0; i < data.merges().size(); i++) {
      String merge = data.merges().get(i);
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw wrong("merges[" + i + "]",
            "found \"" + merge + "\", expected two tokens with a space between them");
      }
      pairs.add(new TokenPair(merge.substring(0, space), merge.substring(space + 1)));
    }
    return pairs;
  }

  private List<AddedToken> added() {
    var added = new ArrayList<AddedToken>();
    for (int id = 0; id < data.kinds().size(); id++) {
      int kind = kind(id);
      String token = data.tokens().get(id);
      boolean special = kind == GgufKinds.CONTROL || kind == GgufKinds.UNKNOWN;
      if ((special || kind == GgufKinds.USER_DEFINED) && !token.isEmpty()) {
        boolean rstrip = phi3 && GgufKinds.takesSpaceInPhi3(token);
        added.add(new AddedToken(id, token, false, false, rstrip, false, special));
      }
    }
    return added;
  }

  private PostProcessor template(boolean starts, OptionalInt bos, OptionalInt eos) {
    var items = new ArrayList<PostProcessor.Template.Item>();
    var specials = new LinkedHashMap<String, PostProcessor.Template.Special>();
    if (starts) {
      items.add(special("bos_token_id", bos, specials));
    }
    items.add(new PostProcessor.Template.Item(true, TEXT, 0));
    if (data.addEos().orElse(false)) {
      items.add(special("eos_token_id", eos, specials));
    }
    var pair = new ArrayList<>(items);
    pair.addAll(items.stream()
        .map(item -> new PostProcessor.Template.Item(item.sequence(), item.sequence() ? "B" : item.id(), 1))
        .toList());
    return new PostProcessor.Template(items, pair, Collections.unmodifiableSequencedMap(specials));
  }

  private PostProcessor.Template.Item special(String key, OptionalInt id,
      LinkedHashMap<String, PostProcessor.Template.Special> specials) {
    String token = token(key, id)
        .orElseThrow(() -> wrong(key, "found none, expected one because encoding is to add it"));
    specials.put(token, new PostProcessor.Template.Special(List.of(id.getAsInt()), List.of(token)));
    return new PostProcessor.Template.Item(false, token, 0);
  }

  private TokenizerConfig config(OptionalInt bos, OptionalInt eos, OptionalInt unknown) {
    return new TokenizerConfig(token("bos_token_id", bos), token("eos_token_id", eos),
        token("padding_token_id", data.padding()), token("unknown_token_id", unknown),
        Collections.emptySortedMap(),
        Json.object().put("tokenizer_class", "PreTrainedTokenizerFast").build());
  }

  private Optional<String> token(String key, OptionalInt id) {
    if (id.isEmpty()) {
      return Optional.empty();
    }
    int size = data.tokens().size();
    if (id.getAsInt() < 0 || id.getAsInt() >= size) {
      throw wrong(key, "found " + id.getAsInt() + ", expected an id below " + size);
    }
    return Optional.of(data.tokens().get(id.getAsInt()));
  }

  private void checkCount(String key, String what, int found) {
    if (found > 0 && found != data.tokens().size()) {
      throw wrong(key, "found " + found + " " + what + ", expected one for each of " + data.tokens().size()
          + " tokens");
    }
  }

  private TokenizerException wrong(String key, String problem) {
    return new TokenizerException(source + ": tokenizer.ggml." + key + ": " + problem);
  }
}
