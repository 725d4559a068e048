package linnet.sft.tokenizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * The added tokens that {@code tokenizer_config.json} declares. As transformers has it, what
 * {@code added_tokens_decoder} says of a token counts above {@code tokenizer.json}; and tokens that it, a role
 * or a list of special tokens names beside those are added. A role may hold flags of its token: these are read
 * in {@code added_tokens_decoder} only.
 */
final class DeclaredTokens {
  private static final String DECODER = "added_tokens_decoder";
  private static final List<String> LISTS = List.of("additional_special_tokens", "extra_special_tokens");

  private final Vocabulary vocabulary;
  private final List<String> roles;
  private final Map<String, AddedToken> tokens = new LinkedHashMap<>();

  private DeclaredTokens(TokenizerParts parts, List<String> roles) {
    this.vocabulary = parts.model().vocabulary();
    this.roles = roles;
    parts.addedTokens().forEach(token -> tokens.put(token.content(), token));
  }

  /** The parts of a tokenizer with the tokens that {@code config} declares. */
  static TokenizerParts over(TokenizerParts parts, TokenizerConfig config) {
    var declared = new DeclaredTokens(parts, config.roleTokens());
    var json = JsonCursor.of(config.other(), "tokenizer_config.json");
    json.opt(DECODER).ifPresentOrElse(declared::addDecoder, declared::makeRolesSpecial);
    declared.roles.stream().filter(token -> declared.vocabulary.id(token).isPresent())
        .forEach(declared::addSpecial);
    for (var list : LISTS) {
      json.opt(list).filter(names -> names.value() instanceof Json.Arr).map(JsonCursor::elements)
          .ifPresent(names -> names.forEach(name -> declared.addSpecial(TokenizerConfig.content(name))));
    }
    return parts.with(List.copyOf(declared.tokens.values()));
  }

  private void addDecoder(JsonCursor decoder) {
    var byId = new TreeMap<Integer, JsonCursor>();
    decoder.members().forEach((id, token) -> byId.put(number(id, token), token));
    byId.values().forEach(json -> {
      var content = TokenizerJson.content(json);
      boolean special = PatternJson.flag(json, "special", false) || roles.contains(content);
      tokens.put(content, new AddedToken(id(content), content, PatternJson.flag(json, "single_word", false),
          PatternJson.flag(json, "lstrip", false), PatternJson.flag(json, "rstrip", false),
          PatternJson.flag(json, "normalized", !special), special));
    });
  }

  private static int number(String id, JsonCursor token) {
    try {
      return Integer.parseInt(id);
    } catch (NumberFormatException wrong) {
      throw token.error("a token under its id, a number");
    }
  }

  /** Without declarations, a token with a role is special whatever is said of it. */
  private void makeRolesSpecial() {
    tokens.replaceAll((content, token) -> roles.contains(content) ? token.asSpecial() : token);
  }

  private void addSpecial(String content) {
    if (!content.isEmpty()) {
      tokens.computeIfAbsent(content, name -> AddedToken.special(id(name), name));
    }
  }

  /** The one it has as an added token, or that of the vocabulary, or the first behind all of them. */
  private int id(String content) {
    var known = tokens.get(content);
    return known != null ? known.id() : vocabulary.id(content).orElseGet(() -> Math.max(vocabulary.size(),
        1 + tokens.values().stream().mapToInt(AddedToken::id).max().orElse(-1)));
  }
}
