package linnet.nn.lora;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import linnet.nn.LoraLinear;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.io.SafetensorsFile;
import linnet.tensor.DType;

/**
 * What the weights below an adapter were quantised to while it trained. PEFT's configuration has no place for
 * it and would warn of a field of ours, so it stands in the metadata of the adapter's weights, which others
 * pass over.
 */
public final class TrainedOn {
  private static final String KEY = "base_quantization";

  private TrainedOn() {}

  /** The metadata of an adapter's file. */
  static Map<String, String> metadata(Module model) {
    var metadata = new LinkedHashMap<>(Map.of("format", "pt"));
    var types = new TreeSet<String>();
    for (var lora : Modules.find(model, LoraLinear.class).values()) {
      DType dtype = lora.base().weight().value().dtype();
      if (dtype.isQuantized()) {
        types.add(dtype.name());
      }
    }
    if (!types.isEmpty()) {
      metadata.put(KEY, String.join(", ", types));
    }
    return metadata;
  }

  /**
   * The types that the base's projections were stored as, such as {@code NF4}; none where the file does not
   * say or they were not quantised.
   *
   * @param folder an adapter's
   * @throws linnet.nn.io.ModelFormatException if the weights are unsound
   */
  public static Optional<String> quantization(Path folder) {
    var file = folder.resolve(AdapterFiles.WEIGHTS);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (var stored = SafetensorsFile.open(file)) {
      return Optional.ofNullable(stored.annotations().get(KEY));
    }
  }
}
