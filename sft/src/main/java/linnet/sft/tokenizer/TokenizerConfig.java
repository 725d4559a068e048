package linnet.sft.tokenizer;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/**
 * What {@code tokenizer_config.json} says: the tokens with a role, the chat templates, and whatever else it
 * holds, which is kept as it is.
 *
 * @param bosToken the token that starts a text
 * @param eosToken the token that ends a text or a turn
 * @param padToken the token that fills rows up
 * @param unkToken the token of unknown characters
 * @param chatTemplates the chat templates by name; the one that counts is called {@code default}
 * @param other all other members
 */
public record TokenizerConfig(Optional<String> bosToken, Optional<String> eosToken, Optional<String> padToken,
    Optional<String> unkToken, SequencedMap<String, String> chatTemplates, Json.Obj other) {
  /** A configuration that says nothing. */
  public static final TokenizerConfig EMPTY = new TokenizerConfig(Optional.empty(), Optional.empty(),
      Optional.empty(), Optional.empty(), Collections.emptySortedMap(), Json.object().build());

  private static final String DEFAULT = "default";
  private static final String TEMPLATE = "chat_template";
  private static final List<String> ROLES = List.of("bos_token", "eos_token", "pad_token", "unk_token");

  /** Copies the templates. */
  public TokenizerConfig {
    chatTemplates = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(chatTemplates));
  }

  /**
   * Reads a configuration.
   *
   * @param json the content of {@code tokenizer_config.json}
   * @return the configuration
   * @throws linnet.nn.json.JsonException if a member is malformed
   */
  public static TokenizerConfig read(JsonCursor json) {
    var roles = ROLES.stream().map(role -> json.opt(role).map(TokenizerConfig::content)).toList();
    var other = json.asObject().toBuilder().remove(TEMPLATE);
    ROLES.forEach(other::remove);
    return new TokenizerConfig(roles.get(0), roles.get(1), roles.get(2), roles.get(3),
        json.opt(TEMPLATE).map(TokenizerConfig::templates).orElseGet(LinkedHashMap::new), other.build());
  }

  /**
   * The content of {@code tokenizer_config.json}.
   *
   * @return the object
   */
  public Json.Obj toJson() {
    var out = other.toBuilder();
    var roles = List.of(bosToken, eosToken, padToken, unkToken);
    for (int i = 0; i < roles.size(); i++) {
      String name = ROLES.get(i);
      roles.get(i).ifPresent(token -> out.put(name, token));
    }
    if (chatTemplates.size() == 1 && chatTemplate().isPresent()) {
      out.put(TEMPLATE, chatTemplate().get());
    } else if (!chatTemplates.isEmpty()) {
      out.put(TEMPLATE, chatTemplates.entrySet().stream()
          .map(e -> Json.object().put("name", e.getKey()).put("template", e.getValue()).build()).toList());
    }
    return out.build();
  }

  /**
   * The chat template that counts where none is asked for by name.
   *
   * @return the template, if there is one
   */
  public Optional<String> chatTemplate() {
    return Optional.ofNullable(chatTemplates.get(DEFAULT));
  }

  /**
   * The same configuration with another chat template.
   *
   * @param template the template that counts
   * @return the configuration
   */
  public TokenizerConfig withChatTemplate(String template) {
    var templates = new LinkedHashMap<>(chatTemplates);
    templates.put(DEFAULT, template);
    return new TokenizerConfig(bosToken, eosToken, padToken, unkToken, templates, other);
  }

  /**
   * The same configuration with other members beside those that have a meaning here.
   *
   * @param members all other members
   * @return the configuration
   */
  public TokenizerConfig withOther(Json.Obj members) {
    return new TokenizerConfig(bosToken, eosToken, padToken, unkToken, chatTemplates, members);
  }

  /**
   * Whether decoding takes out spaces before punctuation. As transformers has it since version 5,
   * {@code clean_up_tokenization_spaces} alone has no effect on a byte-pair tokenizer, whose text it would
   * damage; the member {@code clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output} must
   * be true as well.
   *
   * @return whether both members are true
   */
  public boolean cleanUpSpaces() {
    return isTrue("clean_up_tokenization_spaces")
        && isTrue("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output");
  }

  /** The tokens with a role. */
  List<String> roleTokens() {
    return Stream.of(bosToken, eosToken, padToken, unkToken).flatMap(Optional::stream).toList();
  }

  /** The ids of the tokens with a role. */
  SpecialTokens specialTokens(Tokenizer tokenizer) {
    return new SpecialTokens(id(tokenizer, ROLES.get(0), bosToken), id(tokenizer, ROLES.get(1), eosToken),
        id(tokenizer, ROLES.get(2), padToken), id(tokenizer, ROLES.get(3), unkToken));
  }

  private static OptionalInt id(Tokenizer tokenizer, String role, Optional<String> token) {
    if (token.isEmpty()) {
      return OptionalInt.empty();
    }
    var id = tokenizer.id(token.get());
    if (id.isEmpty()) {
      throw new TokenizerException("tokenizer_config.json: " + role + ": found \"" + token.get()
          + "\", expected a token of the vocabulary; correct it or remove it");
    }
    return id;
  }

  private boolean isTrue(String name) {
    return other.get(name).filter(Json.TRUE::equals).isPresent();
  }

  /** A token is a string, or an object that holds it beside its flags. */
  static String content(JsonCursor token) {
    return token.value() instanceof Json.Obj ? token.at("content").asString() : token.asString();
  }

  private static SequencedMap<String, String> templates(JsonCursor json) {
    var templates = new LinkedHashMap<String, String>();
    if (json.value() instanceof Json.Arr) {
      json.elements().forEach(e -> templates.put(e.at("name").asString(), e.at("template").asString()));
    } else {
      templates.put(DEFAULT, json.asString());
    }
    return templates;
  }
}
