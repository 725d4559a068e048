package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.json.Json;

/**
 * Makes a tokenizer of GGUF's metadata ({@code tokenizer.ggml.*} of the specification in ggml's
 * {@code docs/gguf.md}), and the other way round.
 */
final class GgufConversion {
  private static final String MODEL = "gpt2";
  private static final String TEXT = "A";
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  private final String source;
  private final GgufTokenizer data;

  private GgufConversion(String source, GgufTokenizer data) {
    this.source = source;
    this.data = data;
  }

  static Tokenizer build(GgufTokenizer data, Optional<String> chatTemplate, String source) {
    return new GgufConversion(source, data).build(chatTemplate);
  }

  static GgufTokenizer data(Tokenizer tokenizer) {
    var parts = tokenizer.parts();
    var scheme = ByteLevelScheme.of(parts).orElseThrow(() -> new TokenizerException("tokenizer: found a "
        + "normalizer or pre_tokenizer that GGUF has no name for, expected that of one of "
        + ByteLevelScheme.allNames()));
    var vocabulary = parts.model().vocabulary();
    var tokens = new ArrayList<String>();
    var kinds = new ArrayList<Integer>();
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      var token = tokenizer.token(id);
      tokens.add(token.orElse("[UNUSED" + id + "]"));
      kinds.add(kind(token.isPresent(), tokenizer.addedTokens().get(id)));
    }
    var merges = IntStream.range(0, parts.model().merges().size()).mapToObj(parts.model().merges()::get)
        .map(merge -> vocabulary.token(merge.left()) + " " + vocabulary.token(merge.right())).toList();
    var post = parts.postProcessor();
    var specials = tokenizer.specialTokens();
    return new GgufTokenizer(MODEL, Optional.of(scheme.ggufName()), tokens, kinds, merges, specials.bos(),
        specials.eos(), specials.unk(), specials.pad(), Optional.of(post != null && !post.before().isEmpty()),
        Optional.of(post != null && !post.after().isEmpty()), Optional.of(false));
  }

  private static int kind(boolean present, AddedToken added) {
    if (added != null) {
      return added.special() ? CONTROL : USER_DEFINED;
    }
    return present ? NORMAL : UNUSED;
  }

  private Tokenizer build(Optional<String> chatTemplate) {
    if (!data.model().equals(MODEL)) {
      throw wrong("model", "found \"" + data.model() + "\", expected \"" + MODEL + "\"");
    }
    String pre = data.pre().orElse(ByteLevelScheme.DEFAULT.ggufName());
    var scheme = ByteLevelScheme.of(pre).orElseThrow(() -> wrong("pre", "found \"" + pre
        + "\", expected one of " + ByteLevelScheme.allNames()));
    var vocabulary = new Vocabulary(data.tokens());
    var options = BpeOptions.BYTE_LEVEL.withIgnoreMerges(scheme.wholeWords());
    var merges = BpeModel.resolve(vocabulary, pairs(), "", source + ": tokenizer.ggml.merges");
    var parts = new TokenizerParts(added(), null, scheme.preTokenizer(),
        new BpeModel(vocabulary, merges, options, source), template(scheme),
        new Decoder.ByteLevel(true, true, true));
    var config = config();
    return new Tokenizer(parts, chatTemplate.map(config::withChatTemplate).orElse(config));
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
    var kinds = data.kinds();
    if (!kinds.isEmpty() && kinds.size() != data.tokens().size()) {
      throw wrong("token_type", "found " + kinds.size() + " types, expected one for each of "
          + data.tokens().size() + " tokens");
    }
    var added = new ArrayList<AddedToken>();
    for (int id = 0; id < kinds.size(); id++) {
      int kind = kinds.get(id);
      if ((kind == CONTROL || kind == USER_DEFINED) && !data.tokens().get(id).isEmpty()) {
        added.add(new AddedToken(id, data.tokens().get(id), false, false, false, false, kind == CONTROL));
      }
    }
    return added;
  }

  /** Where the file does not say whether texts start with {@code bos}, llama.cpp has it for Llama 3 only. */
  private PostProcessor template(ByteLevelScheme scheme) {
    var items = new ArrayList<PostProcessor.Template.Item>();
    var specials = new LinkedHashMap<String, PostProcessor.Template.Special>();
    if (data.addBos().orElse(scheme == ByteLevelScheme.LLAMA3 && data.bos().isPresent())) {
      items.add(special("bos_token_id", data.bos(), specials));
    }
    items.add(new PostProcessor.Template.Item(true, TEXT, 0));
    if (data.addEos().orElse(false)) {
      items.add(special("eos_token_id", data.eos(), specials));
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

  private TokenizerConfig config() {
    return new TokenizerConfig(token("bos_token_id", data.bos()), token("eos_token_id", data.eos()),
        token("padding_token_id", data.padding()), token("unknown_token_id", data.unknown()),
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

  private TokenizerException wrong(String key, String problem) {
    return new TokenizerException(source + ": tokenizer.ggml." + key + ": " + problem);
  }
}
