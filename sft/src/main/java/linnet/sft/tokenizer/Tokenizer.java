package linnet.sft.tokenizer;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import linnet.nn.io.GgufTokenizer;
import linnet.nn.io.ModelSource;

/**
 * Turns text into token ids and back. Immutable; any number of threads may use one.
 *
 * <pre>{@code
 * var tokenizer = Tokenizer.load(Path.of("SmolLM2-135M-Instruct"));
 * Encoding tokens = tokenizer.encode("The capital of France");
 * String text = tokenizer.decode(tokens.ids());
 * }</pre>
 */
public final class Tokenizer {
  private final TokenizerParts parts;
  private final TokenizerConfig config;
  private final SpecialTokens specials;
  private final AddedTokens added;
  private final BpeModel.Units units;
  private final boolean trimsOffsets;
  private final WordCache cache = new WordCache();

  Tokenizer(TokenizerParts parts, TokenizerConfig config) {
    this.parts = parts;
    this.config = config;
    added = new AddedTokens(parts.addedTokens(), parts.normalizer());
    units = parts.preTokenizer() != null && parts.preTokenizer().byteLevel()
        ? BpeModel.Units.BYTES : BpeModel.Units.CHARACTERS;
    trimsOffsets = parts.postProcessor() != null && parts.postProcessor().trims();
    specials = config.specialTokens(this);
  }

  /**
   * Loads a tokenizer from a Hugging Face folder ({@code tokenizer.json}, and where they are there
   * {@code tokenizer_config.json} and {@code chat_template.jinja}), from a {@code tokenizer.json} file with
   * what lies beside it, or from a GGUF file.
   *
   * @param path the folder or the file
   * @return the tokenizer
   * @throws linnet.nn.json.JsonException if a JSON file is malformed; the message names file, field and value
   * @throws linnet.nn.io.ModelFormatException if a GGUF file is
   * @throws TokenizerException if a part is inconsistent or not supported
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static Tokenizer load(Path path) {
    return TokenizerFiles.load(path);
  }

  /**
   * The tokenizer of a model that is open.
   *
   * @param model the model
   * @return the tokenizer
   * @throws linnet.nn.json.JsonException if a JSON file of it is malformed
   * @throws linnet.nn.io.ModelFormatException if the metadata of a GGUF file are
   * @throws TokenizerException if the model has none, or a part is inconsistent or not supported
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static Tokenizer of(ModelSource model) {
    return TokenizerSource.of(model).parse();
  }

  /**
   * Makes a tokenizer of what a GGUF file holds.
   *
   * @param data the tokenizer's metadata
   * @param chatTemplate the chat template
   * @param source what errors call the file
   * @return the tokenizer
   * @throws TokenizerException if the metadata are inconsistent or of a kind that is not supported
   */
  public static Tokenizer ofGguf(GgufTokenizer data, Optional<String> chatTemplate, String source) {
    return GgufConversion.build(data, chatTemplate, Optional.empty(), source);
  }

  /**
   * What a GGUF file holds for this tokenizer, but for the chat template.
   *
   * @return the metadata
   * @throws TokenizerException if GGUF has no name for a part of it
   */
  public GgufTokenizer toGguf() {
    return GgufExport.data(this);
  }

  /**
   * What {@link #toGguf} leaves out, since GGUF has no word for it.
   *
   * @param name the model's name, see {@link #nameInGguf}
   * @return a sentence for each such thing
   */
  public List<String> leftOutOfGguf(String name) {
    return GgufExport.leftOut(this, name);
  }

  /**
   * The name that a model with this tokenizer is to have in a GGUF file, {@code general.name}. GGUF has no
   * word for the white space that tokens of Phi-3 take behind them: llama.cpp knows them by that name.
   *
   * @param name the model's name
   * @return the name, with {@code Phi-3} before it where the tokens are such and the name does not say so, and
   *     without it where tokens are missing that llama.cpp needs in a model of that name
   */
  public String nameInGguf(String name) {
    return GgufExport.modelName(this, name);
  }

  /**
   * Writes {@code tokenizer.json}, {@code tokenizer_config.json} (with the chat template, for older readers)
   * and {@code chat_template.jinja} into a folder, each under a temporary name first. The Python libraries
   * load them with the same ids.
   *
   * @param folder the folder; it is made where it is missing
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public void save(Path folder) {
    TokenizerFiles.save(this, folder);
  }

  /**
   * Encodes a text. Added tokens in the text are found; no token is added around it.
   *
   * @param text the text; a lone surrogate counts as U+FFFD
   * @return its tokens
   */
  public Encoding encode(String text) {
    return encode(text, new BitSet());
  }

  /**
   * Encodes a text that is content in parts: a special token of which any character is content is not found,
   * so that what somebody wrote cannot pose as what a template marks. Other added tokens, such as
   * {@code <think>} where it is none of the special ones, are found everywhere.
   *
   * @param text the text; a lone surrogate counts as U+FFFD
   * @param content the UTF-16 offsets of its content
   * @return its tokens
   */
  public Encoding encode(String text, BitSet content) {
    var out = new EncodingBuilder(text.length() / 3 + 8);
    added.splitPlain(AlignedText.of(text), content, (token, part, from, to) -> {
      if (token != null) {
        add(token, part, from, to, out);
      } else {
        encodePart(part, from, to, content, out);
      }
    });
    var encoding = out.build();
    return trimsOffsets ? parts.postProcessor().offsets(encoding, text,
        i -> out.found(i).orElseGet(() -> parts.model().vocabulary().token(encoding.ids()[i]))) : encoding;
  }

  /**
   * Encodes a text with the special tokens around it that the tokenizer's template asks for, such as one at
   * the start. A text that a chat template rendered has its special tokens already: use {@link #encode}.
   *
   * @param text the text; a lone surrogate counts as U+FFFD
   * @return its tokens; an added one has an empty range at the start or the end
   */
  public Encoding encodeWithSpecialTokens(String text) {
    var encoding = encode(text);
    var post = parts.postProcessor();
    if (post == null) {
      return encoding;
    }
    var out = new EncodingBuilder(encoding.size() + 8);
    post.before().forEach(id -> out.add(id, 0, 0));
    out.addAll(encoding);
    post.after().forEach(id -> out.add(id, text.length(), text.length()));
    return out.build();
  }

  /**
   * Decodes tokens, special ones included as text.
   *
   * @param ids the token ids; an id without a token gives nothing
   * @return the text; bytes that are not UTF-8 become U+FFFD
   */
  public String decode(int... ids) {
    return decode(ids, Specials.KEEP);
  }

  /**
   * Decodes tokens.
   *
   * @param ids the token ids; an id without a token gives nothing
   * @param specials whether special tokens are part of the text
   * @return the text; bytes that are not UTF-8 become U+FFFD
   */
  public String decode(int[] ids, Specials specials) {
    var decoder = decoder(specials);
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.accept(id));
    }
    return text.append(decoder.finish()).toString();
  }

  /**
   * Starts to decode tokens as they come.
   *
   * @param specials whether special tokens are part of the text
   * @return a decoder for one text
   */
  public StreamingDecoder decoder(Specials specials) {
    return new StreamingDecoder(this, specials);
  }

  /**
   * The number of ids: the highest and one.
   *
   * @return the number of rows that an embedding needs
   */
  public int vocabularySize() {
    return Math.max(parts.model().vocabulary().size(), added.highestId() + 1);
  }

  /**
   * The token of an id as the vocabulary writes it, bytes in the byte alphabet ({@code Ġthe}).
   *
   * @param id the id
   * @return the token, or empty where the id has none
   */
  public Optional<String> token(int id) {
    var token = added.get(id);
    return Optional.ofNullable(token != null ? token.content() : parts.model().vocabulary().token(id));
  }

  /**
   * The id of a token as the vocabulary writes it.
   *
   * @param token the token
   * @return its id, or empty where there is no such token
   */
  public OptionalInt id(String token) {
    var id = added.id(token);
    return id != null ? OptionalInt.of(id) : parts.model().vocabulary().id(token);
  }

  /**
   * The tokens that are found in a text before anything else.
   *
   * @return the added tokens by id, in order
   */
  public SequencedMap<Integer, AddedToken> addedTokens() {
    return added.all();
  }

  /**
   * The tokens with a role.
   *
   * @return their ids
   */
  public SpecialTokens specialTokens() {
    return specials;
  }

  /**
   * The content of {@code tokenizer_config.json}: roles, chat templates and the like.
   *
   * @return the configuration
   */
  public TokenizerConfig config() {
    return config;
  }

  /**
   * The same tokenizer with another configuration.
   *
   * @param other the configuration
   * @return the tokenizer
   * @throws TokenizerException if a role names a token that does not exist
   */
  public Tokenizer withConfig(TokenizerConfig other) {
    return new Tokenizer(parts, other);
  }

  TokenizerParts parts() {
    return parts;
  }

  /** What the decoder is given for a token: of an added one its normalised form; null for no token. */
  String decodedForm(int id) {
    return added.get(id) != null ? added.decodedForm(id) : parts.model().vocabulary().token(id);
  }

  /** Adds a token that was found, and the text that it was found as, if that is needed in the end. */
  private void add(AddedToken token, AlignedText text, int from, int to, EncodingBuilder out) {
    if (trimsOffsets) {
      out.addFound(token, text, from, to);
    } else {
      out.add(token.id(), text.start(from), text.end(to - 1));
    }
  }

  private void encodePart(AlignedText part, int from, int to, BitSet content, EncodingBuilder out) {
    if (parts.normalizer() == null && !added.hasNormalized()) {
      encodeWords(part, from, to, out);
      return;
    }
    var slice = part.slice(from, to);
    var normalized = parts.normalizer() == null ? slice : parts.normalizer().apply(slice);
    added.splitNormalized(normalized, content, (token, text, start, end) -> {
      if (token != null) {
        add(token, text, start, end, out);
      } else {
        encodeWords(text, start, end, out);
      }
    });
    TextGrowth.check("tokenizer", part.length(), out.size());
  }

  private void encodeWords(AlignedText text, int from, int to, EncodingBuilder out) {
    if (parts.preTokenizer() == null) {
      encodeWord(text, from, to, out);
    } else {
      parts.preTokenizer().split(text, from, to, (words, start, end) -> encodeWord(words, start, end, out));
    }
  }

  private void encodeWord(AlignedText text, int from, int to, EncodingBuilder out) {
    if (units == BpeModel.Units.BYTES) {
      encodePiece(text, from, to, out);
      return;
    }
    var borders = parts.model().borders();
    for (int start = from; start < to; ) {
      int end = borders.next(text.chars(), start, to);
      encodePiece(text, start, end, out);
      start = end;
    }
  }

  private void encodePiece(AlignedText text, int from, int to, EncodingBuilder out) {
    var word = cache.get(text.chars(), from, to);
    if (word == null) {
      word = parts.model().word(text.chars(), from, to, units);
      cache.put(text.chars(), from, to, word);
    }
    out.add(word, text, from);
  }
}
