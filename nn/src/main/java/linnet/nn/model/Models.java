package linnet.nn.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import linnet.nn.DeclaredParam;
import linnet.nn.FrozenParam;
import linnet.nn.Linear;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.Modules;
import linnet.nn.Param;
import linnet.nn.TrainableParam;
import linnet.nn.io.AtomicFile;
import linnet.nn.io.ModelFiles;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.ModelSource;
import linnet.nn.io.OutgoingTensor;
import linnet.nn.io.SafetensorsWriter;
import linnet.nn.io.StoredTensor;
import linnet.nn.json.Json;
import linnet.nn.quant.Quantization;
import linnet.nn.quant.QuantizedWeights;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/** Loads, makes and saves models. */
public final class Models {
  private Models() {}

  /**
   * Loads a model whose parameters are all frozen, to compute in F32: matrices are read where they lie and as
   * they are stored, vectors are copied to F32.
   *
   * @param path a Hugging Face folder, a safetensors file with its configuration beside it, or a GGUF file
   * @param weights the model lifetime, on the backend that is to compute
   * @return the model; close it after {@code weights}
   * @throws linnet.nn.json.JsonException if the configuration is malformed or asks for what is not supported
   * @throws linnet.nn.io.ModelFormatException if weights are missing, left over, of a wrong shape or not
   *     finite
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static LoadedModel load(Path path, Scope weights) {
    return load(path, weights, DType.F32);
  }

  /**
   * Loads a model as {@link #load(Path, Scope)} does, to compute in F32 or F64; for F64 all weights are
   * copied.
   *
   * @param compute F32 or F64
   */
  public static LoadedModel load(Path path, Scope weights, DType compute) {
    if (compute != DType.F32 && compute != DType.F64) {
      throw new IllegalArgumentException("models compute in F32 or F64, not in " + compute);
    }
    var loaded = open(path, weights, compute);
    try {
      loaded.requireFinite();
      return loaded;
    } catch (RuntimeException failed) {
      loaded.close();
      throw failed;
    }
  }

  /**
   * Loads a model as {@link #load(Path, Scope)} does, but returns while the weights are still looked through
   * on another thread: wait for it with {@link LoadedModel#requireFinite} before a result of the model is
   * used.
   *
   * @throws linnet.nn.json.JsonException if the configuration is malformed or asks for what is not supported
   * @throws linnet.nn.io.ModelFormatException if weights are missing, left over or of a wrong shape
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static LoadedModel open(Path path, Scope weights) {
    return open(path, weights, Quantization.NONE);
  }

  /**
   * Loads a model as {@link #open(Path, Scope)} does, but quantises the weights of its projections. They are
   * read through a mapping of their own, which ends with that, so that the files' pages count no longer.
   *
   * @param quantization what they become; the model keeps the shapes and keys of its checkpoint
   * @throws ModelFormatException if they are quantised already, or not finite
   */
  public static LoadedModel open(Path path, Scope weights, Quantization quantization) {
    if (quantization == Quantization.NONE) {
      return open(path, weights, DType.F32);
    }
    var quantized = new QuantizedWeights(quantization);
    var source = ModelSource.open(path);
    try (var apart = ModelSource.open(path)) {
      var model = read(source, Optional.of((owner, name) -> quantized.quantize(source.path(),
          apart.tensors().get(name), owner.layout(), weights)), weights, DType.F32);
      return model.holding(quantized);
    } catch (RuntimeException failed) {
      source.close();
      quantized.close();
      throw failed;
    }
  }

  private static LoadedModel open(Path path, Scope weights, DType compute) {
    var source = ModelSource.open(path);
    try {
      return read(source, Optional.empty(), weights, compute);
    } catch (RuntimeException failed) {
      source.close();
      throw failed;
    }
  }

  /**
   * The hyper-parameters of an open model, with as many layers as it stores; a head that differs from the embedding
   * is the model's own, whatever the configuration says.
   *
   * @throws linnet.nn.json.JsonException if the configuration is malformed or asks for what is not supported
   * @throws ModelFormatException if it names another number of layers
   */
  public static ModelConfig config(ModelSource source) {
    var config = ModelConfig.read(source.config());
    var names = CheckpointNames.of(config, source.tensors());
    long stored = names.layers();
    if (config.numHiddenLayers() != stored) {
      throw new ModelFormatException(source.path(), "num_hidden_layers", "found " + config.numHiddenLayers()
          + ", expected " + stored + ", the number of layers that the weights are of");
    }
    return config.tieWordEmbeddings() && names.headDiffers() ? config.untied() : config;
  }

  /** Another way to read the weight of a projection, which is stored under {@code name}. */
  private interface ProjectionReader {
    Tensor read(Linear projection, String name);
  }

  private static LoadedModel read(ModelSource source, Optional<ProjectionReader> otherwise, Scope weights,
      DType compute) {
    var declared = CausalLm.declare(config(source)); // declares every layer, so their number must be right
    var stored = source.tensors();
    var names = CheckpointNames.of(declared.config(), stored);
    Weights.requireSameNames(source.path(), "a " + declared.config().modelType() + " of this configuration",
        Modules.parameters(declared).keySet().stream().map(names::stored).toList(), names.needed());
    var projections = new IdentityHashMap<Param, Linear>();
    Modules.find(declared, Linear.class).values().forEach(linear -> projections.put(linear.weight(), linear));
    var read = new ArrayList<StoredTensor>();
    var model = Modules.mapParams(declared, (key, param) -> {
      var tensor = stored.get(names.stored(key));
      Weights.requireShape(source.path(), tensor, param.shape());
      var projection = projections.get(param);
      if (otherwise.isPresent() && projection != null) {
        return new FrozenParam(key, otherwise.get().read(projection, tensor.name()));
      }
      read.add(tensor);
      boolean inPlace = param.shape().rank() > 1 && compute == DType.F32;
      return new FrozenParam(key, inPlace
          ? weights.backend().adopt(weights, tensor.dtype(), tensor.shape(), tensor.bytes())
          : Weights.copyUnchecked(tensor, compute, weights));
    });
    return new LoadedModel(model, source, new WeightsCheck(source.path(), read));
  }

  /**
   * A new model, all of whose parameters train: weights normal with the configuration's deviation, norms one,
   * biases zero, as transformers initialises them (but for the embedding of the padding token, which there is
   * zero; here nothing is padded). The same key gives the same weights on every machine.
   *
   * @param training the training lifetime, on the backend that is to compute
   */
  public static CausalLm initialize(ModelConfig config, RandomKey key, Scope training) {
    return Modules.mapParams(CausalLm.declare(config), (name, param) -> {
      var value = training.allocate(DType.F32, param.shape());
      ((DeclaredParam) param).initializer().fill(value, key.derive(name));
      return new TrainableParam(name, value);
    });
  }

  /**
   * The model with every parameter trainable: copies in F32, or F64 for an F64 model.
   *
   * @param training where the copies live
   * @throws IllegalArgumentException if weights were quantised when the model was loaded: what is trained
   *     would be the damaged weights
   */
  public static CausalLm trainable(CausalLm model, Scope training) {
    return Modules.mapParams(model, (name, param) -> {
      requireUnquantized(name, param.value().dtype());
      var value = training.allocate(model.dtype(), param.shape());
      training.backend().copy(value, param.value());
      return new TrainableParam(name, value);
    });
  }

  private static void requireUnquantized(String name, DType dtype) {
    if (dtype == DType.NF4 || dtype == DType.INT8) {
      throw new IllegalArgumentException(name + " is quantised to " + dtype
          + ", and all weights are to train: load the model without quantisation, or train adapters");
    }
  }

  /**
   * Writes a model as {@code config.json} and {@code model.safetensors}; each file appears whole or not at
   * all.
   *
   * @param folder made if it is missing
   * @param config what the configuration is to hold, as {@link ModelConfig#read} reads it: the raw one of a
   *     loaded model; its dtype is replaced
   * @param dtype F32, F16 or BF16; weights are rounded to nearest even
   * @param metadata free text for the header of the weights
   * @throws IllegalArgumentException if the model has adapters, which are not part of a checkpoint
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public static void save(Path folder, CausalLm model, Json.Obj config, DType dtype, Map<String, String> metadata) {
    if (!Modules.find(model, LowRank.class).isEmpty()
        || !Modules.find(model, LoraEmbedding.class).isEmpty()) {
      throw new IllegalArgumentException("the model has adapters, which a checkpoint does not hold: merge"
          + " them first");
    }
    var tensors = Modules.parameters(model).entrySet().stream()
        .map(entry -> OutgoingTensor.of(entry.getKey(), entry.getValue().value(), dtype)).toList();
    var format = new TreeMap<>(metadata);
    format.put("format", "pt");
    SafetensorsWriter.write(folder.resolve(ModelFiles.WEIGHTS), tensors, format);
    var json = config.toBuilder().remove("torch_dtype").put("dtype", name(dtype)).build();
    AtomicFile.writeString(folder.resolve(ModelFiles.CONFIG), json.pretty() + "\n");
  }

  /** {@link #save(Path, CausalLm, Json.Obj, DType, Map)} without free text. */
  public static void save(Path folder, CausalLm model, Json.Obj config, DType dtype) {
    save(folder, model, config, dtype, Map.of());
  }

  private static String name(DType dtype) {
    return switch (dtype) {
      case F64 -> "float64";
      case F32 -> "float32";
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      default -> throw new IllegalArgumentException("a model is written as F32, F16 or BF16, not as "
          + dtype);
    };
  }
}
