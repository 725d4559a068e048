package linnet.nn.lora;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import linnet.nn.Embedding;
import linnet.nn.FrozenParam;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.nn.TrainableParam;
import linnet.nn.WeightLayout;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.SafetensorsFile;
import linnet.nn.io.TensorSlices;
import linnet.nn.model.Weights;
import linnet.tensor.DType;
import linnet.tensor.MemoryPlanner;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Adapters of a file in PEFT's layout. */
final class StoredAdapters implements AdapterSource {
  private final Path file;
  private final SafetensorsFile stored;
  private final LoraConfig config;
  private final Scope training;

  StoredAdapters(Path file, SafetensorsFile stored, LoraConfig config, Scope training) {
    this.file = file;
    this.stored = stored;
    this.config = config;
    this.training = training;
  }

  /**
   * Checks that the file has the tensors of the places, and nothing but them.
   *
   * @param prepared see {@link AdaptedTree#prepared}
   * @throws ModelFormatException if not
   */
  void requireNames(Module prepared, AdapterPlaces places) {
    var base = AdapterKeys.base(prepared, places);
    var names = stored.specs().keySet().stream()
        .filter(name -> base.stream().noneMatch(param -> param.key().equals(name))).toList();
    Weights.requireSameNames(file, "an adapter of this model with the target modules of "
        + AdapterFiles.CONFIG, AdapterKeys.expected(prepared, places, config), names);
  }

  /**
   * Checks that the base parameters in the file, if there are any, are those of the model.
   *
   * @throws ModelFormatException if not
   */
  void requireBase(Module prepared, AdapterPlaces places) {
    for (var param : AdapterKeys.base(prepared, places)) {
      boolean rest = config.init() == LoraInit.PISSA && param.owner() instanceof OutputHead;
      if (stored.specs().containsKey(param.key()) && !rest) {
        requireEqual(param.key(), param.param().value());
      }
    }
  }

  /** A tensor that is stored beside the adapter must be the base model's, or the adapter is not for it. */
  private void requireEqual(String key, Tensor base) {
    if (base.backend() instanceof MemoryPlanner) {
      return;
    }
    try (var scratch = base.backend().scope("compare")) {
      var found = Weights.copy(file, stored.get(key), base.shape(), DType.F32, scratch);
      var expected = scratch.allocate(DType.F32, base.shape());
      base.backend().copy(expected, base);
      var parts = TensorSlices.of(found);
      var others = TensorSlices.of(expected);
      for (int i = 0; i < parts.size(); i++) {
        if (!Arrays.equals(parts.get(i).toFloats(), others.get(i).toFloats())) {
          throw new ModelFormatException(file, key, "found other values than the base model's: the adapter"
              + " was trained on another base; load it onto that one");
        }
      }
    }
  }

  @Override
  public Adapted linear(String path, Param weight, WeightLayout layout) {
    var dtype = Lora.dtypeFor(weight);
    int[] sizes = layout.sizes(weight.shape().size(1), weight.shape().size(0)); // (N,K)
    int rank = config.rankAt(path);
    var a = read(AdapterKeys.loraA(path), Shape.of(rank, sizes[1]), dtype);
    var b = read(AdapterKeys.loraB(path), Shape.of(sizes[0], rank), dtype);
    var base = config.init() == LoraInit.PISSA ? rest(path, weight, layout) : weight;
    return new Adapted(base, new LowRank(new TrainableParam(path + ".lora_A.weight", a),
        new TrainableParam(path + ".lora_B.weight", b), magnitude(path, sizes[0], dtype),
        config.scaleAt(path), config.dropout()));
  }

  private Param rest(String path, Param weight, WeightLayout layout) {
    var key = AdapterKeys.baseWeight(path);
    return stored.specs().containsKey(key)
        ? new FrozenParam(weight.name(), read(key, weight.shape(), Lora.dtypeFor(weight)))
        : new Pissa(config).rest(path, weight, layout, training);
  }

  @Override
  public LoraEmbedding embedding(String path, Embedding table) {
    var dtype = Lora.dtypeFor(table.weight());
    var sizes = table.weight().shape();
    int rank = config.rankAt(path);
    var a = readTransposed(AdapterKeys.embeddingA(path), Shape.of(rank, sizes.size(0)), dtype);
    var b = readTransposed(AdapterKeys.embeddingB(path), Shape.of(sizes.size(1), rank), dtype);
    return new LoraEmbedding(new TrainableParam(path + ".lora_embedding_A", a),
        new TrainableParam(path + ".lora_embedding_B", b), magnitude(path, sizes.size(1), dtype),
        config.scaleAt(path));
  }

  @Override
  public LowRank tied(String path, OutputHead head, LoraEmbedding table) {
    requireEqual(AdapterKeys.loraA(path), table.loraB().value());
    requireEqual(AdapterKeys.loraB(path), table.loraA().value());
    return new LowRank(table.loraB(), table.loraA(),
        magnitude(path, head.weight().shape().size(0), Lora.dtypeFor(head.weight())), config.scaleAt(path),
        config.dropout());
  }

  @Override
  public TrainableParam copy(String key, Param param) {
    return new TrainableParam(key, read(AdapterKeys.of(key), param.shape(), Lora.dtypeFor(param)));
  }

  private Optional<Param> magnitude(String path, int size, DType dtype) {
    return config.decomposed()
        ? Optional.of(new TrainableParam(path + ".lora_magnitude_vector",
            read(AdapterKeys.magnitude(path), Shape.of(size), dtype)))
        : Optional.empty();
  }

  private Tensor read(String key, Shape shape, DType dtype) {
    return Weights.copy(file, stored.get(key), shape, dtype, training);
  }

  private Tensor readTransposed(String key, Shape shape, DType dtype) {
    try (var scratch = training.backend().scope("read")) {
      var read = Weights.copy(file, stored.get(key), shape, dtype, scratch).transpose();
      var kept = training.allocate(dtype, read.shape());
      training.backend().copy(kept, read);
      return kept;
    }
  }
}
