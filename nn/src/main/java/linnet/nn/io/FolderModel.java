package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/** A model in a Hugging Face folder, or a safetensors file with the rest of such a folder beside it. */
public final class FolderModel implements ModelSource {
  private static final String SAFETENSORS = ".safetensors";
  private static final String INDEX = SAFETENSORS + ".index.json";

  private final Path folder;
  private final Optional<TensorStore> tensors;

  private FolderModel(Path folder, Optional<TensorStore> tensors) {
    this.folder = folder;
    this.tensors = tensors;
  }

  /**
   * Opens a model.
   *
   * @param path the folder, its safetensors file, or its index file
   * @return the open model
   * @throws ModelFormatException if there are no weights in safetensors, or they are unsound
   * @throws UncheckedIOException if they cannot be read
   */
  public static FolderModel open(Path path) {
    if (!Files.exists(path)) {
      throw new UncheckedIOException(path + ": there is no such file or folder",
          new NoSuchFileException(path.toString()));
    }
    var weights = Files.isDirectory(path) ? weights(path) : path;
    String name = weights.getFileName().toString();
    if (!name.endsWith(SAFETENSORS) && !name.endsWith(INDEX)) {
      throw new ModelFormatException(path, "", "found a file of another kind, expected a model:"
          + " a Hugging Face folder, a " + SAFETENSORS + " file or a GGUF file");
    }
    return new FolderModel(weights.toAbsolutePath().getParent(),
        Optional.of(name.endsWith(INDEX) ? SafetensorsShards.open(weights) : SafetensorsFile.open(weights)));
  }

  /** The folder without its weights. */
  static FolderModel withoutWeights(Path folder) {
    return new FolderModel(folder.toAbsolutePath(), Optional.empty());
  }

  private static Path weights(Path folder) {
    for (String name : new String[] {ModelFiles.WEIGHTS, ModelFiles.INDEX}) {
      if (Files.exists(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    if (Files.exists(folder.resolve(ModelFiles.ADAPTER_CONFIG))) {
      throw new ModelFormatException(folder, "", "found an adapter, expected a whole model: name its base model");
    }
    throw new ModelFormatException(folder, "", "found neither " + ModelFiles.WEIGHTS + " nor "
        + ModelFiles.INDEX + ", expected a Hugging Face folder of safetensors (PyTorch .bin files must be"
        + " converted first), or a GGUF file, named by itself");
  }

  /**
   * The folder, in which the tokenizer's files lie too.
   *
   * @return the folder
   */
  @Override
  public Path path() {
    return folder;
  }

  @Override
  public JsonCursor config() {
    return JsonCursor.read(folder.resolve(ModelFiles.CONFIG));
  }

  @Override
  public Optional<JsonCursor> generationConfig() {
    return read(ModelFiles.GENERATION_CONFIG);
  }

  @Override
  public TensorStore tensors() {
    return tensors.orElseThrow(() -> new IllegalStateException(folder + " was opened without its weights"));
  }

  /**
   * The chat template: the file of its own, else the field of the tokenizer's config.
   *
   * @throws JsonException if the tokenizer's config is malformed
   */
  @Override
  public Optional<String> chatTemplate() {
    var file = folder.resolve(ModelFiles.CHAT_TEMPLATE);
    if (!Files.exists(file)) {
      return read(ModelFiles.TOKENIZER_CONFIG).flatMap(config -> config.opt("chat_template"))
          .map(FolderModel::template);
    }
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException failed) {
      throw new UncheckedIOException(file + ": cannot be read as UTF-8 text: " + failed.getMessage(), failed);
    }
  }

  /** The field is the text itself, or a list of named templates. */
  private static String template(JsonCursor field) {
    if (!(field.value() instanceof Json.Arr)) {
      return field.asString();
    }
    for (var named : field.elements()) {
      if (named.at("name").asString().equals("default")) {
        return named.at("template").asString();
      }
    }
    throw field.error("one template of the name \"default\"");
  }

  private Optional<JsonCursor> read(String name) {
    var file = folder.resolve(name);
    return Files.exists(file) ? Optional.of(JsonCursor.read(file)) : Optional.empty();
  }

  @Override
  public void close() {
    tensors.ifPresent(TensorStore::close);
  }
}
