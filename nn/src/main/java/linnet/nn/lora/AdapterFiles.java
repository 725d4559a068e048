package linnet.nn.lora;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.LoraLinear;
import linnet.nn.Module;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;
import linnet.tensor.Scope;

/**
 * Adapters in PEFT's layout: {@code adapter_config.json} beside {@code adapter_model.safetensors}, whose keys
 * are {@code base_model.model.<path>.lora_A.weight} and {@code ….lora_B.weight}, of embeddings {@code
 * ….lora_embedding_A} and {@code …_B}, of DoRA {@code ….lora_magnitude_vector}, and of modules to save those
 * of the model behind {@code base_model.model.}.
 */
public final class AdapterFiles {
  /** The name of the configuration. */
  public static final String CONFIG = ModelFiles.ADAPTER_CONFIG;
  /** The name of the weights. */
  public static final String WEIGHTS = "adapter_model.safetensors";

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
   * Writes the adapters of a model and its modules to save, in F32; each file appears whole or not at all.
   *
   * @param folder made if it is missing
   * @param config what the adapters were made with
   * @param baseModel the model below them
   * @throws IllegalArgumentException if the model has no adapters
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public static void write(Path folder, Module model, LoraConfig config, BaseModel baseModel) {
    var tensors = new AdapterTensors(model, config);
    SafetensorsWriter.write(folder.resolve(WEIGHTS), tensors.outgoing(), TrainedOn.metadata(model));
    var json = AdapterConfigFile.write(config, tensors.targetNames(), tensors.transposed(), baseModel);
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
    return new Description(AdapterConfigFile.read(json), baseModel(json).map(BaseModel::nameOrPath));
  }

  /**
   * Reads what an adapter's configuration says of its base model, and nothing else of it.
   *
   * @return name or path and revision, if the file says so; the name can be asked for as a path
   * @throws JsonException if the file or one of the two is malformed
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Optional<BaseModel> baseModel(Path folder) {
    return baseModel(JsonCursor.read(folder.resolve(CONFIG)));
  }

  private static Optional<BaseModel> baseModel(JsonCursor json) {
    return json.opt("base_model_name_or_path").map(AdapterFiles::printable)
        .map(name -> new BaseModel(name, json.opt("revision").map(AdapterFiles::printable)));
  }

  private static String printable(JsonCursor field) {
    var text = field.asString();
    try {
      if (text.chars().noneMatch(Character::isISOControl) && Path.of(text) != null) {
        return text;
      }
    } catch (InvalidPathException other) {
      // told below
    }
    throw field.error("a name, or a path of this system, without control characters");
  }

  /**
   * Reads an adapter onto its base model; it can train on.
   *
   * @param model a model without adapters
   * @param training where the adapter's weights live
   * @throws IllegalArgumentException if the model has adapters already
   * @throws JsonException if the configuration is malformed, or asks for something that is not supported
   * @throws ModelFormatException if the targets are not those of such a model; weights are missing, left
   *     over, of a wrong shape or not finite; or base weights in the file are not the model's
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static <M extends Module> Loaded<M> load(Path folder, M model, Scope training) {
    AdaptedTree.requirePlain(model);
    var config = describe(folder).lora();
    var file = folder.resolve(WEIGHTS);
    var places = places(folder, model, config);
    var prepared = AdaptedTree.prepared(model, places);
    try (var stored = SafetensorsFile.open(file)) {
      var source = new StoredAdapters(file, stored, config, training);
      source.requireNames(prepared, places);
      source.requireBase(prepared, places);
      return new Loaded<>(AdaptedTree.build(prepared, places, source), config);
    }
  }

  static AdapterPlaces places(Path folder, Module model, LoraConfig config) {
    try {
      var places = AdapterPlaces.of(model, config);
      Lora.requireOwnHead(model, places, config);
      return places;
    } catch (IllegalArgumentException unfit) {
      throw new ModelFormatException(folder.resolve(CONFIG), "", unfit.getMessage());
    }
  }
}
