package linnet.nn.io;

import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.json.JsonCursor;

/** A model in a GGUF file of the architecture {@code llama}. */
public final class GgufModel implements ModelSource {
  private static final String ARCHITECTURE = "general.architecture";
  /** The metadata key of the chat template. */
  public static final String CHAT_TEMPLATE = "tokenizer.chat_template";

  private final GgufFile file;
  private final LlamaGgufTensors tensors;
  private final JsonCursor config;

  private GgufModel(GgufFile file) {
    this.file = file;
    String architecture = file.metadata().text(ARCHITECTURE)
        .orElseThrow(() -> file.metadata().missing(ARCHITECTURE));
    if (!architecture.equals(LlamaGgufConfig.ARCHITECTURE)) {
      throw new ModelFormatException(file.path(), ARCHITECTURE, "found " + architecture
          + ", expected " + LlamaGgufConfig.ARCHITECTURE + ", the supported architecture");
    }
    tensors = new LlamaGgufTensors(file);
    config = JsonCursor.of(new LlamaGgufConfig(file, tensors).json(), file.path().toString());
  }

  /**
   * Opens a model.
   *
   * @param path the file
   * @return the open model
   * @throws ModelFormatException if it is unsound or of another architecture
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static GgufModel open(Path path) {
    var file = GgufFile.open(path);
    try {
      return new GgufModel(file);
    } catch (ModelFormatException unsound) {
      file.close();
      throw unsound;
    }
  }

  /**
   * The file itself, with GGUF's own names.
   *
   * @return the open file; closed with this
   */
  public GgufFile file() {
    return file;
  }

  /**
   * The tokenizer in the file's metadata.
   *
   * @return the tokenizer, or empty where the file has none
   * @throws ModelFormatException if it is unsound
   */
  public Optional<GgufTokenizer> tokenizer() {
    return GgufTokenizer.read(file.metadata());
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public JsonCursor config() {
    return config;
  }

  @Override
  public Optional<JsonCursor> generationConfig() {
    return Optional.empty();
  }

  @Override
  public TensorStore tensors() {
    return tensors;
  }

  @Override
  public Optional<String> chatTemplate() {
    return file.metadata().text(CHAT_TEMPLATE);
  }

  @Override
  public void close() {
    tensors.close();
  }
}
