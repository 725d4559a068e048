package linnet.sft;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import linnet.nn.io.ContentHash;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.model.ModelConfig;
import linnet.sft.data.ConversationEncoder;
import linnet.sft.data.EncodingCache;
import linnet.sft.data.EncodingCache.CachedRows;
import linnet.sft.data.FieldMapping;
import linnet.sft.data.TurnEnd;
import linnet.sft.template.TemplateChoice;

/**
 * What decides which tokens conversations become for a model: everything but its weights.
 *
 * @param text tokenizer and chat template
 * @param eosTokenIds the tokens that end a text, by the model's configuration
 * @param maxPositions the most tokens of a row
 */
public record ChatText(ModelText text, Set<Integer> eosTokenIds, int maxPositions) {
  /** Copies the set. */
  public ChatText {
    eosTokenIds = Set.copyOf(eosTokenIds);
  }

  /**
   * Reads it of a model whose weights need not be there.
   *
   * @param source the model, open for as long as this is used
   * @param adapter an adapter on it, whose own tokenizer and template come first
   * @param template what the user chose, whatever the model brings
   * @throws linnet.nn.json.JsonException if a file is malformed, or the configuration asks for what is not supported
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static ChatText of(ModelSource source, Optional<Path> adapter, Optional<TemplateChoice> template) {
    var config = ModelConfig.read(source.config());
    var text = adapter.filter(folder -> Files.exists(folder.resolve(ModelFiles.TOKENIZER)))
        .map(ModelText::deferred).orElseGet(() -> ModelText.deferred(source));
    return new ChatText(template.map(text::with).orElse(text), eosTokenIds(config, source),
        config.maxPositionEmbeddings());
  }

  private static Set<Integer> eosTokenIds(ModelConfig config, ModelSource source) {
    var ids = new LinkedHashSet<>(config.eosTokenIds());
    source.generationConfig().map(ModelConfig::eosTokenIds).ifPresent(ids::addAll);
    return ids;
  }

  /** The tokens that end an answer: the model's, the tokenizer's end of text, and the template's end of a turn. */
  public Set<Integer> stopIds() {
    var ids = new LinkedHashSet<>(eosTokenIds);
    text.tokenizer().specialTokens().eos().ifPresent(ids::add);
    TurnEnd.of(text.template(), text.tokenizer()).ifPresent(ids::add);
    return ids;
  }

  /**
   * What turns conversations into rows.
   *
   * @param maxLength longer rows are cut to so many tokens, or to as many as the model has positions
   */
  public ConversationEncoder encoder(int maxLength) {
    return new ConversationEncoder(text.tokenizer(), text.template(), stopIds(), Math.min(maxLength, maxPositions));
  }

  /**
   * Reads a file of conversations and encodes them with {@link #encoder}, or takes what became of them the
   * last time: then neither the rows nor the tokenizer are parsed. The rows are the same, to the bit.
   *
   * @param file JSONL or CSV
   * @param mapping other names of fields
   * @param maxLength as for {@link #encoder}
   * @param cache where encoded rows are kept
   * @param before is run where rows must be encoded, which may take long, and ends it by what it throws
   * @throws linnet.sft.data.DataException if rows are not as they must be
   * @throws linnet.nn.json.JsonException if a line or the tokenizer is malformed
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public CachedRows encode(Path file, FieldMapping mapping, int maxLength, EncodingCache cache,
      Runnable before) {
    var hash = new ContentHash();
    text.addTo(hash);
    hash.add(new TreeSet<>(eosTokenIds) + " " + mapping + " " + Math.min(maxLength, maxPositions));
    return cache.encode(file, mapping, hash, () -> {
      before.run();
      text.parseAhead();
      return rows -> encoder(maxLength).encode(rows);
    }, () -> !text.template().tellsTime());
  }
}
