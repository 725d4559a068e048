package linnet.nn.io;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.json.JsonCursor;

/**
 * A model as it lies on the disk, whatever its form, seen through Hugging Face's names. What is left to each
 * form is the tokenizer: files of a {@link FolderModel}, metadata of a {@link GgufModel}.
 */
public sealed interface ModelSource extends AutoCloseable permits FolderModel, GgufModel {
  /**
   * Opens a model.
   *
   * @param path a Hugging Face folder, a {@code .safetensors} file (its config lies beside it) or a GGUF file
   * @return the open model
   * @throws ModelFormatException if it is none of these, or unsound
   * @throws UncheckedIOException if it cannot be read
   */
  static ModelSource open(Path path) {
    return GgufFile.isGguf(path) ? GgufModel.open(path) : FolderModel.open(path);
  }

  /**
   * Opens a model whose weights are not asked for, and need not be there: those of a folder, and the parts of a
   * split GGUF model behind the first.
   *
   * @param path a Hugging Face folder, a {@code .safetensors} file or a GGUF file
   * @return the open model, without {@link #tensors} where they need not be there
   * @throws ModelFormatException if it is none of these, or an unsound GGUF file
   * @throws UncheckedIOException if it cannot be read
   */
  static ModelSource withoutWeights(Path path) {
    if (GgufFile.isGguf(path)) {
      return GgufModel.withoutWeights(path);
    }
    return Files.isDirectory(path) ? FolderModel.withoutWeights(path) : open(path);
  }

  /**
   * Where the model lies.
   *
   * @return the folder or file
   */
  Path path();

  /**
   * The hyper-parameters, with the keys of {@code config.json}.
   *
   * @return a cursor on them
   */
  JsonCursor config();

  /**
   * The defaults of generation, with the keys of {@code generation_config.json}.
   *
   * @return a cursor on them, or empty where the model has none
   */
  Optional<JsonCursor> generationConfig();

  /**
   * The weights by Hugging Face's names; closed with this.
   *
   * @return the tensors
   */
  TensorStore tensors();

  /**
   * The chat template, in Jinja.
   *
   * @return its text, or empty where the model has none
   */
  Optional<String> chatTemplate();

  @Override
  void close();
}
