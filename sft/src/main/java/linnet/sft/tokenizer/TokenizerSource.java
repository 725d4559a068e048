package linnet.sft.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.io.ContentHash;
import linnet.nn.io.FolderModel;
import linnet.nn.io.GgufModel;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.json.JsonCursor;

/**
 * A tokenizer that has been read and not parsed, which takes longer: rows that were encoded before need none.
 * What is parsed later is what was read, whatever becomes of the files.
 */
public sealed interface TokenizerSource {
  /**
   * Reads the tokenizer of a model that is open; that of a GGUF file can be parsed until it is closed.
   *
   * @param model the model
   * @return its tokenizer
   * @throws linnet.nn.json.JsonException if {@code tokenizer_config.json} is malformed
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  static TokenizerSource of(ModelSource model) {
    Path path = model.path();
    return switch (model) {
      case FolderModel _ when Files.isDirectory(path) -> read(path.resolve(ModelFiles.TOKENIZER));
      case FolderModel _ -> read(path.resolveSibling(ModelFiles.TOKENIZER));
      case GgufModel gguf -> new InGguf(gguf);
    };
  }

  /**
   * Reads a {@code tokenizer.json} and what lies beside it.
   *
   * @param file the file
   * @return the tokenizer
   * @throws linnet.nn.json.JsonException if {@code tokenizer_config.json} is malformed
   * @throws TokenizerException if there is none, but a tokenizer of another form
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  static TokenizerSource read(Path file) {
    TokenizerFiles.checkKind(file);
    return new InFolder(file.toString(), JsonCursor.bytes(file), TokenizerFiles.config(file));
  }

  /**
   * Parses it.
   *
   * @return the tokenizer
   * @throws linnet.nn.json.JsonException if {@code tokenizer.json} is malformed
   * @throws linnet.nn.io.ModelFormatException if the metadata of a GGUF file are
   * @throws TokenizerException if there is none, or a part is inconsistent or not supported
   */
  Tokenizer parse();

  /**
   * The chat template that comes with it.
   *
   * @return its text, or empty where there is none
   */
  Optional<String> chatTemplate();

  /**
   * Adds everything that decides what texts become.
   *
   * @param hash what to add it to
   */
  void addTo(ContentHash hash);

  /** The files of a folder. */
  record InFolder(String file, byte[] json, TokenizerConfig config) implements TokenizerSource {
    @Override
    public Tokenizer parse() {
      var parts = TokenizerJson.read(JsonCursor.parse(json, file));
      return new Tokenizer(DeclaredTokens.over(parts, config), config);
    }

    @Override
    public Optional<String> chatTemplate() {
      return config.chatTemplate();
    }

    @Override
    public void addTo(ContentHash hash) {
      hash.add(json).add(config.toJson().toString());
    }
  }

  /** The metadata of a GGUF file. */
  record InGguf(GgufModel model) implements TokenizerSource {
    @Override
    public Tokenizer parse() {
      return TokenizerFiles.of(model);
    }

    @Override
    public Optional<String> chatTemplate() {
      return model.chatTemplate();
    }

    @Override
    public void addTo(ContentHash hash) {
      hash.add(model.file().header());
    }
  }
}
