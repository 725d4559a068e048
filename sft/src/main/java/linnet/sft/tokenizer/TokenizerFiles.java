package linnet.sft.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.FolderModel;
import linnet.nn.io.GgufModel;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** The files of a tokenizer in a Hugging Face folder. */
final class TokenizerFiles {
  private static final String JSON = ".json";

  private TokenizerFiles() {}

  static Tokenizer load(Path path) {
    if (Files.isDirectory(path)) {
      return loadJson(path.resolve(ModelFiles.TOKENIZER));
    }
    if (path.toString().endsWith(JSON)) {
      return loadJson(path);
    }
    try (var model = ModelSource.open(path)) {
      return of(model);
    }
  }

  static Tokenizer of(ModelSource model) {
    Path path = model.path();
    return switch (model) {
      case FolderModel _ when Files.isDirectory(path) -> loadJson(path.resolve(ModelFiles.TOKENIZER));
      case FolderModel _ -> loadJson(path.resolveSibling(ModelFiles.TOKENIZER));
      case GgufModel gguf -> gguf.tokenizer()
          .map(data -> GgufConversion.build(data, gguf.chatTemplate(), path.toString()))
          .orElseThrow(() -> new TokenizerException(path + ": found no tokenizer, expected the keys "
              + "tokenizer.ggml.*; use a file that has one"));
    };
  }

  private static Tokenizer loadJson(Path file) {
    var parts = TokenizerJson.read(JsonCursor.read(file));
    Path configFile = file.resolveSibling(ModelFiles.TOKENIZER_CONFIG);
    var config = Files.exists(configFile)
        ? TokenizerConfig.read(JsonCursor.read(configFile)) : TokenizerConfig.EMPTY;
    Path template = file.resolveSibling(ModelFiles.CHAT_TEMPLATE);
    return new Tokenizer(parts, Files.exists(template) ? config.withChatTemplate(read(template)) : config);
  }

  static void save(Tokenizer tokenizer, Path folder) {
    write(folder.resolve(ModelFiles.TOKENIZER), TokenizerJson.write(tokenizer.parts()));
    write(folder.resolve(ModelFiles.TOKENIZER_CONFIG), tokenizer.config().toJson());
    tokenizer.config().chatTemplate()
        .ifPresent(template -> AtomicFile.writeString(folder.resolve(ModelFiles.CHAT_TEMPLATE), template));
  }

  private static void write(Path file, Json content) {
    AtomicFile.writeString(file, content.pretty() + "\n");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be read as UTF-8 text: " + failed, failed);
    }
  }
}
