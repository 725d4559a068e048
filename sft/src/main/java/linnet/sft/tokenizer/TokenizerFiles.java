package linnet.sft.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.GgufModel;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;

/** The files of a tokenizer in a Hugging Face folder. */
final class TokenizerFiles {
  private static final String JSON = ".json";
  private static final List<String> OTHER_FORMS = List.of("tokenizer.model", "tekken.json", "vocab.json");
  private static final String NAME = "general.name";

  private TokenizerFiles() {}

  static Tokenizer load(Path path) {
    if (Files.isDirectory(path)) {
      return TokenizerSource.read(path.resolve(ModelFiles.TOKENIZER)).parse();
    }
    if (path.toString().endsWith(JSON)) {
      return TokenizerSource.read(path).parse();
    }
    try (var model = ModelSource.open(path)) {
      return TokenizerSource.of(model).parse();
    }
  }

  static Tokenizer of(GgufModel model) {
    return model.tokenizer()
        .map(data -> GgufConversion.build(data, model.chatTemplate(), model.file().metadata().text(NAME),
            model.path().toString()))
        .orElseThrow(() -> new TokenizerException(model.path() + ": found no tokenizer, expected the keys "
            + "tokenizer.ggml.*; use a file that has one"));
  }

  /** Refuses a folder that holds a tokenizer in another form than {@code tokenizer.json} alone. */
  static void checkKind(Path file) {
    for (var other : OTHER_FORMS) {
      if (Files.notExists(file) && Files.exists(file.resolveSibling(other))) {
        throw new TokenizerException(file.resolveSibling(other) + ": found this and no "
            + file.getFileName() + ", expected a " + file.getFileName() + "; transformers makes one: "
            + "AutoTokenizer.from_pretrained(folder).save_pretrained(folder)");
      }
    }
  }

  /** What lies beside a {@code tokenizer.json}. */
  static TokenizerConfig config(Path file) {
    Path configFile = file.resolveSibling(ModelFiles.TOKENIZER_CONFIG);
    var config = Files.exists(configFile)
        ? TokenizerConfig.read(JsonCursor.read(configFile)) : TokenizerConfig.EMPTY;
    Path template = file.resolveSibling(ModelFiles.CHAT_TEMPLATE);
    return Files.exists(template) ? config.withChatTemplate(read(template)) : config;
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
