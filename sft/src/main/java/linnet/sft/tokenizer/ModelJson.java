package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes the {@code model} of a {@code tokenizer.json}. */
final class ModelJson {
  /** How many ids may lie unused for each that is used, so that an id cannot make us allocate at will. */
  private static final int SPARSENESS = 16;
  /** A character that falls back to bytes does so with its affixes, which are two or four characters in fact. */
  private static final int LONGEST_AFFIX = 64;

  private ModelJson() {}

  static BpeModel read(JsonCursor json) {
    var type = json.opt("type");
    if (type.isPresent() && !type.get().asString().equals("BPE")) {
      throw type.get().error("\"BPE\"");
    }
    json.opt("dropout").filter(dropout -> dropout.asDouble() != 0).ifPresent(dropout -> {
      throw dropout.error("null: merges are not dropped at random");
    });
    var vocabulary = vocabulary(json.at("vocab"));
    var merges = json.at("merges");
    var options = new BpeOptions(json.opt("unk_token").map(JsonCursor::asString).orElse(null),
        PatternJson.flag(json, "fuse_unk", false), PatternJson.flag(json, "byte_fallback", false),
        PatternJson.flag(json, "ignore_merges", false), affix(json, "continuing_subword_prefix"),
        affix(json, "end_of_word_suffix"));
    return new BpeModel(vocabulary,
        BpeModel.resolve(vocabulary, pairs(merges), options.continuingPrefix(),
            merges.source() + ": " + merges.path()),
        options, json.source() + ": " + json.path());
  }

  static Json write(BpeModel model) {
    var vocabulary = model.vocabulary();
    var vocab = Json.object();
    for (int id = 0; id < vocabulary.size(); id++) {
      String token = vocabulary.token(id);
      if (token != null && vocabulary.id(token).orElse(-1) == id) {
        vocab.put(token, id);
      }
    }
    var merges = IntStream.range(0, model.merges().size()).mapToObj(model.merges()::get)
        .map(merge -> Json.strings(
            List.of(vocabulary.token(merge.left()), vocabulary.token(merge.right())))).toList();
    var options = model.options();
    return Json.object().put("type", "BPE").put("dropout", Json.NULL)
        .put("unk_token", options.unkToken() == null ? Json.NULL : Json.of(options.unkToken()))
        .put("continuing_subword_prefix", orNull(options.continuingPrefix()))
        .put("end_of_word_suffix", orNull(options.endSuffix()))
        .put("fuse_unk", options.fuseUnk()).put("byte_fallback", options.byteFallback())
        .put("ignore_merges", options.ignoreMerges()).put("vocab", vocab).put("merges", merges).build();
  }

  private static String affix(JsonCursor json, String name) {
    var affix = json.opt(name);
    affix.filter(found -> found.asString().length() > LONGEST_AFFIX).ifPresent(found -> {
      throw found.error("at most " + LONGEST_AFFIX + " characters");
    });
    return affix.map(JsonCursor::asString).orElse("");
  }

  private static Json orNull(String affix) {
    return affix.isEmpty() ? Json.NULL : Json.of(affix);
  }

  /** Goes through the plain values; there are many, and only an error needs to know where one stands. */
  private static Vocabulary vocabulary(JsonCursor json) {
    var members = json.asObject().members();
    int limit = (int) Math.min(Integer.MAX_VALUE, (members.size() + 1024L) * SPARSENESS);
    var tokens = new ArrayList<String>(members.size());
    members.forEach((token, value) -> {
      long id = value instanceof Json.Num number ? number.longValue().orElse(-1L) : -1;
      if (id < 0 || id >= limit) {
        throw json.at(token).error(
            "an id from 0 to " + (limit - 1) + " in a vocabulary of " + members.size());
      }
      while (tokens.size() <= id) {
        tokens.add(null);
      }
      if (tokens.get((int) id) != null) {
        throw json.at(token).error("an id that no other token has");
      }
      tokens.set((int) id, token);
    });
    return new Vocabulary(tokens);
  }

  private static List<TokenPair> pairs(JsonCursor json) {
    var elements = json.asArray().elements();
    var pairs = new ArrayList<TokenPair>(elements.size());
    for (int rank = 0; rank < elements.size(); rank++) {
      pairs.add(switch (elements.get(rank)) {
        case Json.Arr(var tokens) when tokens.size() == 2 && tokens.get(0) instanceof Json.Str(var left)
            && tokens.get(1) instanceof Json.Str(var right) -> new TokenPair(left, right);
        case Json.Str(var both) when both.indexOf(' ') >= 0 && both.indexOf(' ') == both.lastIndexOf(' ') ->
            new TokenPair(both.substring(0, both.indexOf(' ')), both.substring(both.indexOf(' ') + 1));
        default -> throw json.at(rank).error("two tokens, or a string of them with one space between");
      });
    }
    return pairs;
  }
}
