package linnet.nn.io;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a GGUF file says that holds an adapter and no model: such files are for llama.cpp and Ollama.
 *
 * @param architecture of the base model
 * @param alpha the adapter's output is scaled by alpha / rank, each weight's own
 * @param rank the largest of its weights
 * @param adapted how many weights it adapts
 */
public record GgufAdapter(String architecture, OptionalDouble alpha, int rank, int adapted) {
  private static final String TYPE = "general.type";
  private static final String ADAPTER = "adapter";
  private static final String FIRST_FACTOR = ".lora_a";

  /**
   * Reads what a file says.
   *
   * @param path any file or folder
   * @return the adapter, or empty where this is none in GGUF
   * @throws ModelFormatException if it is a GGUF file that is unsound
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Optional<GgufAdapter> read(Path path) {
    if (!GgufFile.isGguf(path)) {
      return Optional.empty();
    }
    try (var file = GgufFile.open(path)) {
      return of(file);
    }
  }

  /**
   * Reads what an open file says.
   *
   * @param file the file
   * @return the adapter, or empty where it holds none
   */
  public static Optional<GgufAdapter> of(GgufFile file) {
    if (file.metadata().text(TYPE).filter(ADAPTER::equals).isEmpty()) {
      return Optional.empty();
    }
    var first = file.specs().values().stream().filter(spec -> spec.name().endsWith(FIRST_FACTOR)).toList();
    int rank = first.stream().mapToInt(spec -> spec.shape().size(0)).max().orElse(0);
    return Optional.of(new GgufAdapter(file.metadata().text("general.architecture").orElse("unknown"),
        file.metadata().real("adapter.lora.alpha"), rank, first.size()));
  }
}
