package linnet.sft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import linnet.nn.io.GgufModel;
import linnet.nn.io.GgufValue;
import linnet.nn.io.ModelSource;
import linnet.sft.template.ChatTemplate;
import linnet.sft.tokenizer.Tokenizer;

/**
 * How a model reads and writes text: its tokenizer and its chat template.
 *
 * @param tokenizer text to ids and back
 * @param template conversations to text; where the model has none, ChatML
 * @param templateIsModels whether the template is the model's own
 */
public record ModelText(Tokenizer tokenizer, ChatTemplate template, boolean templateIsModels) {
  /**
   * Reads tokenizer and template of a model, an adapter or a tokenizer, without its weights.
   *
   * @param path a folder with a {@code tokenizer.json}, that file, or a GGUF file
   * @throws linnet.nn.json.JsonException if a file is malformed
   * @throws linnet.sft.tokenizer.TokenizerException if the tokenizer is inconsistent or not supported
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static ModelText open(Path path) {
    if (path.getFileName() != null && path.getFileName().toString().equals("tokenizer.json")
        || Files.isRegularFile(path.resolve("tokenizer.json"))) {
      return of(path, Tokenizer.load(path), Optional.empty());
    }
    try (var source = ModelSource.open(path)) {
      return of(source);
    }
  }

  /**
   * Reads tokenizer and template of an open model.
   *
   * @throws linnet.sft.tokenizer.TokenizerException if a GGUF file holds no tokenizer
   */
  public static ModelText of(ModelSource source) {
    return of(source.path(), Tokenizer.of(source), source.chatTemplate());
  }

  private static ModelText of(Path path, Tokenizer tokenizer, Optional<String> template) {
    var tokens = specialTokens(tokenizer);
    var source = template.or(() -> tokenizer.config().chatTemplate());
    return new ModelText(tokenizer,
        source.map(text -> ChatTemplate.parse(path + ": chat template", text, tokens))
            .orElseGet(() -> ChatTemplate.chatml(tokens)),
        source.isPresent());
  }

  /** The tokenizer with this template beside it, as it is saved. */
  public Tokenizer savedTokenizer() {
    return tokenizer.withConfig(tokenizer.config().withChatTemplate(template.source()));
  }

  /**
   * Tokenizer and template as the metadata of a GGUF file.
   *
   * @throws linnet.sft.tokenizer.TokenizerException if GGUF has no name for a part of the tokenizer
   */
  public SequencedMap<String, GgufValue> ggufMetadata() {
    var values = tokenizer.toGguf().toMetadata();
    if (templateIsModels) {
      values.put(GgufModel.CHAT_TEMPLATE, GgufValue.text(template.source()));
    }
    return values;
  }

  private static Map<String, String> specialTokens(Tokenizer tokenizer) {
    var tokens = new LinkedHashMap<String, String>();
    var specials = tokenizer.specialTokens();
    put(tokens, "bos_token", specials.bos(), tokenizer);
    put(tokens, "eos_token", specials.eos(), tokenizer);
    put(tokens, "pad_token", specials.pad(), tokenizer);
    put(tokens, "unk_token", specials.unk(), tokenizer);
    return tokens;
  }

  private static void put(Map<String, String> tokens, String name, OptionalInt id, Tokenizer tokenizer) {
    if (id.isPresent()) {
      tokenizer.token(id.getAsInt()).ifPresent(token -> tokens.put(name, token));
    }
  }
}
