package linnet.nn.io;

import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.json.JsonCursor;
import linnet.tensor.Codec;

/** A model in a GGUF file of one of the {@linkplain GgufFamilies families}. */
public final class GgufModel implements ModelSource {
  /** The metadata key of the chat template. */
  public static final String CHAT_TEMPLATE = "tokenizer.chat_template";
  /** What metadata keys begin with that stand for {@linkplain TensorStore#annotations annotations}. */
  public static final String ANNOTATION = "linnet.";
  private static final int MAX_TABLE = 1 << 16;

  private final GgufFile file;
  private final GgufFamily family;
  private final Optional<GgufTensors> tensors;
  private final JsonCursor config;

  private GgufModel(GgufFile file) {
    this.file = file;
    GgufAdapter.of(file).ifPresent(adapter -> {
      throw new ModelFormatException(file.path(), "", "found an adapter of rank " + adapter.rank()
          + " in GGUF, which llama.cpp and Ollama put on a model, expected a whole model; here adapters are read from"
          + " folders in PEFT's layout: name the one that this file was made of");
    });
    family = GgufFamilies.of(file.metadata());
    var json = file.isWhole() ? new GgufConfig(family, file.metadata(), file.specs(), this::table).json()
        : GgufConfig.withoutTensors(family, file.metadata()).json();
    config = JsonCursor.of(json, file.path().toString());
    tensors = file.isWhole() ? Optional.of(new GgufTensors(file, family)) : Optional.empty();
  }

  private float[] table(String name) {
    var tensor = file.get(name);
    if (tensor.shape().rank() != 1 || tensor.shape().elements() > MAX_TABLE) {
      throw new ModelFormatException(file.path(), name, "found the shape " + tensor.shape()
          + ", expected a factor for each pair of turned features");
    }
    var values = new float[(int) tensor.shape().elements()];
    Codec.decode(tensor.dtype(), tensor.bytes(), 0, values, 0, values.length);
    return values;
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
    return of(GgufFile.open(path));
  }

  /** Opens a model of which the first file need be there alone: that has all but tensors. */
  static GgufModel withoutWeights(Path path) {
    return of(GgufFile.first(path));
  }

  /**
   * The model in an open file.
   *
   * @param file the file; closed with the model, and where it holds none
   * @return the open model
   * @throws ModelFormatException if it is unsound or of another architecture
   */
  public static GgufModel of(GgufFile file) {
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
   * What the file is of.
   *
   * @return the family
   */
  public GgufFamily family() {
    return family;
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
    return GgufGeneration.read(file.metadata()).map(json -> JsonCursor.of(json, file.path().toString()));
  }

  @Override
  public TensorStore tensors() {
    return tensors.orElseThrow(() -> new IllegalStateException(path() + " was opened without its other parts"));
  }

  @Override
  public Optional<String> chatTemplate() {
    return file.metadata().text(CHAT_TEMPLATE);
  }

  @Override
  public void close() {
    tensors.ifPresentOrElse(TensorStore::close, file::close);
  }
}
