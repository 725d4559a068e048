package linnet.nn.lora;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Optional;
import java.util.TreeSet;
import linnet.nn.Linear;
import linnet.nn.LoraLinear;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.Projection;
import linnet.nn.WeightLayout;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.nn.model.Weights;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * Adapters in PEFT's layout: {@code adapter_config.json} beside {@code adapter_model.safetensors}, whose keys
 * are {@code base_model.model.<path>.lora_A.weight} and {@code ….lora_B.weight}.
 */
public final class AdapterFiles {
  /** The name of the configuration. */
  public static final String CONFIG = ModelFiles.ADAPTER_CONFIG;
  /** The name of the weights. */
  public static final String WEIGHTS = "adapter_model.safetensors";

  private static final String PREFIX = "base_model.model.";
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

  private AdapterFiles() {}

  /**
   * What an adapter's configuration says.
   *
   * @param lora ranks, scales and targets
   * @param baseModel the name or path of the model that it was trained on, if the file says so
   */
  public record Description(LoraConfig lora, Optional<String> baseModel) {}

  /**
   * A model with the adapter that was read.
   *
   * @param model the model with {@link LoraLinear} where the adapter has weights
   * @param config the adapter's configuration
   */
  public record Loaded<M extends Module>(M model, LoraConfig config) {}

  /**
   * Writes the adapters of a model, in F32; each file appears whole or not at all.
   *
   * @param folder made if it is missing
   * @param config what the adapters were made with
   * @param baseModel the name or path of the model below them
   * @throws IllegalArgumentException if the model has no adapters
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public static void write(Path folder, Module model, LoraConfig config, String baseModel) {
    var tensors = new ArrayList<OutgoingTensor>();
    var names = new TreeSet<String>();
    var layouts = EnumSet.noneOf(WeightLayout.class);
    Modules.find(model, LoraLinear.class).forEach((path, lora) -> {
      names.add(path.substring(path.lastIndexOf('.') + 1));
      layouts.add(lora.base().layout());
      tensors.add(OutgoingTensor.of(PREFIX + path + A, lora.loraA().value(), DType.F32));
      tensors.add(OutgoingTensor.of(PREFIX + path + B, lora.loraB().value(), DType.F32));
    });
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("this model has no adapters to write");
    }
    SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors, TrainedOn.metadata(model));
    var json = AdapterConfigFile.write(config, names.stream().toList(),
        layouts.contains(WeightLayout.IN_OUT), baseModel);
    AtomicFile.writeString(folder.resolve(CONFIG), json.pretty() + "\n");
  }

  /**
   * Reads an adapter's configuration.
   *
   * @throws JsonException if it is malformed, or asks for something that is not supported
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Description describe(Path folder) {
    var json = JsonCursor.read(folder.resolve(CONFIG));
    return new Description(AdapterConfigFile.read(json),
        json.opt("base_model_name_or_path").map(JsonCursor::asString));
  }

  /**
   * Reads an adapter onto its base model; it can train on.
   *
   * @param model a model without adapters
   * @param training where the adapter's weights live
   * @throws JsonException if the configuration is malformed, or asks for something that is not supported
   * @throws ModelFormatException if weights are missing, left over, of a wrong shape or not finite
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static <M extends Module> Loaded<M> load(Path folder, M model, Scope training) {
    var config = describe(folder).lora();
    var file = folder.resolve(WEIGHTS);
    try (var stored = SafetensorsFile.open(file)) {
      requireSameKeys(file, stored, model, config);
      var adapted = Lora.replace(model, config.targets(), (path, linear) -> {
        int rank = config.rankAt(path);
        var a = read(file, stored, PREFIX + path + A, Shape.of(rank, linear.inFeatures()), linear, training);
        var b = read(file, stored, PREFIX + path + B, Shape.of(linear.outFeatures(), rank), linear, training);
        return Lora.adapted(path, linear, config, a, b);
      });
      return new Loaded<>(adapted, config);
    }
  }

  private static void requireSameKeys(Path file, SafetensorsFile stored, Module model, LoraConfig config) {
    var expected = new ArrayList<String>();
    for (var path : Modules.find(model, Projection.class).keySet()) {
      if (config.targets().includes(path)) {
        expected.add(PREFIX + path + A);
        expected.add(PREFIX + path + B);
      }
    }
    Weights.requireSameNames(file, "an adapter of this model with the target modules of " + CONFIG, expected,
        stored.specs().keySet());
  }

  private static Tensor read(Path file, SafetensorsFile stored, String key, Shape shape, Linear linear,
      Scope training) {
    return Weights.copy(file, stored.get(key), shape, Lora.dtypeFor(linear), training);
  }
}
