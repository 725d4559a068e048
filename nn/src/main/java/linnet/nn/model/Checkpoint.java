package linnet.nn.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import linnet.nn.Modules;
import linnet.nn.io.ModelSource;
import linnet.nn.io.StoredTensor;
import linnet.nn.io.TensorSpec;

/**
 * The tensors of a stored model by the keys of the model's parameters: no fewer, no more, and of the shapes
 * that its configuration asks for. Nothing is loaded.
 */
public final class Checkpoint {
  private final ModelSource source;
  private final ModelConfig config;
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();
  private final CheckpointNames names;

  private Checkpoint(ModelSource source) {
    this.source = source;
    var declared = CausalLm.declare(Models.config(source));
    config = declared.config();
    names = CheckpointNames.of(config, source.tensors());
    var parameters = Modules.parameters(declared);
    Weights.requireSameNames(source.path(), "a " + config.modelType() + " of this configuration",
        stored(parameters.keySet()), names.needed());
    parameters.forEach((key, parameter) -> {
      var spec = source.tensors().specs().get(names.stored(key));
      Weights.requireShape(source.path(), spec, parameter.shape());
      specs.put(key, new TensorSpec(key, spec.dtype(), spec.shape()));
    });
  }

  private List<String> stored(Iterable<String> keys) {
    var stored = new ArrayList<String>();
    keys.forEach(key -> stored.add(names.stored(key)));
    return stored;
  }

  /**
   * The tensors of an open model.
   *
   * @throws linnet.nn.json.JsonException if the configuration is malformed or asks for what is not supported
   * @throws linnet.nn.io.ModelFormatException if tensors are missing, left over or of a wrong shape
   */
  public static Checkpoint of(ModelSource source) {
    return new Checkpoint(source);
  }

  /** The hyper-parameters. */
  public ModelConfig config() {
    return config;
  }

  /** Names, types and shapes by key; the names are the keys. */
  public SequencedMap<String, TensorSpec> specs() {
    return Collections.unmodifiableSequencedMap(specs);
  }

  /** A tensor with its data, under its key; valid until the model is closed. */
  public StoredTensor get(String key) {
    return new StoredTensor(specs.get(key), source.tensors().get(names.stored(key)).bytes());
  }
}
