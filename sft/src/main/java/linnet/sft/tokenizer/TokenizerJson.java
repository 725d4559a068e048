package linnet.sft.tokenizer;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** Reads and writes {@code tokenizer.json} as the {@code tokenizers} library does (version 1.0). */
final class TokenizerJson {
  private static final String VERSION = "1.0";
  /** Added tokens may lie beyond the vocabulary, but an embedding has a row for every id below them. */
  private static final int MOST_UNUSED_IDS = 1 << 20;

  private TokenizerJson() {}

  static TokenizerParts read(JsonCursor json) {
    var model = ModelJson.read(json.at("model"));
    var added = json.opt("added_tokens").map(JsonCursor::elements).orElse(List.of());
    var tokens = added.stream().map(token -> addedToken(token, model.vocabulary())).toList();
    return new TokenizerParts(kept(json, "truncation"), kept(json, "padding"), tokens,
        json.opt("normalizer").map(NormalizerJson::read).orElse(null),
        json.opt("pre_tokenizer").map(PreTokenizerJson::read).orElse(null),
        model,
        json.opt("post_processor").map(processor -> postProcessor(processor, tokens, model)).orElse(null),
        json.opt("decoder").map(DecoderJson::read).orElseGet(Decoder.Joined::new));
  }

  static Json write(TokenizerParts parts) {
    return Json.object().put("version", VERSION).put("truncation", parts.truncation())
        .put("padding", parts.padding())
        .put("added_tokens", parts.addedTokens().stream().map(TokenizerJson::addedToken).toList())
        .put("normalizer", orNull(parts.normalizer(), NormalizerJson::write))
        .put("pre_tokenizer", orNull(parts.preTokenizer(), PreTokenizerJson::write))
        .put("post_processor", orNull(parts.postProcessor(), PostProcessorJson::write))
        .put("decoder", DecoderJson.write(parts.decoder()))
        .put("model", ModelJson.write(parts.model()))
        .build();
  }

  private static Json kept(JsonCursor json, String name) {
    return json.opt(name).<Json>map(JsonCursor::asObject).orElse(Json.NULL);
  }

  private static <T> Json orNull(T part, Function<T, Json> write) {
    return part == null ? Json.NULL : write.apply(part);
  }

  /** Checks that the special tokens it adds exist. */
  private static PostProcessor postProcessor(JsonCursor json, List<AddedToken> added, BpeModel model) {
    var processor = PostProcessorJson.read(json);
    Stream.concat(processor.before().stream(), processor.after().stream())
        .filter(id -> model.vocabulary().token(id) == null && added.stream().noneMatch(t -> t.id() == id))
        .findFirst().ifPresent(id -> {
          throw new TokenizerException(json.source() + ": " + json.path() + ": found the special token " + id
              + ", expected the id of a token");
        });
    return processor;
  }

  /** Where the vocabulary has the token too, its id there counts, as in the {@code tokenizers} library. */
  private static AddedToken addedToken(JsonCursor json, Vocabulary vocabulary) {
    int limit = vocabulary.size() + MOST_UNUSED_IDS;
    var id = json.at("id");
    if (id.asInt() < 0 || id.asInt() >= limit) {
      throw id.error("an id from 0 to " + (limit - 1));
    }
    var content = content(json);
    return new AddedToken(vocabulary.id(content).orElse(id.asInt()), content,
        PatternJson.flag(json, "single_word", false), PatternJson.flag(json, "lstrip", false),
        PatternJson.flag(json, "rstrip", false), PatternJson.flag(json, "normalized", false),
        PatternJson.flag(json, "special", false));
  }

  /** The text of an added token. */
  static String content(JsonCursor token) {
    var content = token.at("content");
    if (content.asString().isEmpty()) {
      throw content.error("at least a character");
    }
    return content.asString();
  }

  private static Json addedToken(AddedToken token) {
    return Json.object().put("id", token.id()).put("content", token.content())
        .put("single_word", token.singleWord()).put("lstrip", token.lstrip()).put("rstrip", token.rstrip())
        .put("normalized", token.normalized()).put("special", token.special()).build();
  }
}
