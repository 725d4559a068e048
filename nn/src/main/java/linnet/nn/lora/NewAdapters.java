package linnet.nn.lora;

import java.util.Optional;
import java.util.function.Consumer;
import linnet.nn.Embedding;
import linnet.nn.Initializer;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.OutputHead;
import linnet.nn.Param;
import linnet.nn.TrainableParam;
import linnet.nn.WeightLayout;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/** Adapters that begin, as {@link LoraInit} says. */
final class NewAdapters implements AdapterSource {
  private final LoraConfig config;
  private final RandomKey key;
  private final Scope training;

  NewAdapters(LoraConfig config, RandomKey key, Scope training) {
    this.config = config;
    this.key = key;
    this.training = training;
  }

  @Override
  public Adapted linear(String path, Param weight, WeightLayout layout) {
    var dtype = Lora.dtypeFor(weight);
    int rank = config.rankAt(path);
    int[] sizes = layout.sizes(weight.shape().size(1), weight.shape().size(0)); // (N,K)
    int in = sizes[1];
    var a = training.allocate(dtype, rank, in);
    var b = training.zeros(dtype, sizes[0], rank);
    var base = weight;
    switch (config.init()) {
      case DEFAULT -> fill(new Initializer.Uniform(1 / Math.sqrt(in)), a, path, "lora_A");
      case GAUSSIAN -> fill(new Initializer.Normal(1.0 / rank), a, path, "lora_A");
      case NONE -> {
        fill(new Initializer.Uniform(1 / Math.sqrt(in)), a, path, "lora_A");
        fill(new Initializer.Uniform(1 / Math.sqrt(rank)), b, path, "lora_B");
      }
      case PISSA -> {
        var pissa = new Pissa(config);
        pissa.fill(path, weight, layout, a, b);
        base = pissa.rest(path, weight, layout, a, b, training);
      }
    }
    var plain = lowRank(path, a, b, Optional.empty());
    return new Adapted(base, withMagnitude(path, plain, base, layout));
  }

  private LowRank lowRank(String path, Tensor a, Tensor b, Optional<Param> magnitude) {
    return new LowRank(new TrainableParam(path + ".lora_A.weight", a),
        new TrainableParam(path + ".lora_B.weight", b), magnitude, config.scaleAt(path), config.dropout());
  }

  private LowRank withMagnitude(String path, LowRank plain, Param weight, WeightLayout layout) {
    return new LowRank(plain.loraA(), plain.loraB(),
        magnitude(path, plain.loraB().shape().size(0), plain.loraB().value().dtype(),
            norms -> plain.norms(norms, weight.value(), layout)), plain.scale(), plain.dropout());
  }

  /** A magnitude begins as the norm that it is divided by. */
  private Optional<Param> magnitude(String path, int size, DType dtype, Consumer<Tensor> norms) {
    if (!config.decomposed()) {
      return Optional.empty();
    }
    var value = training.allocate(dtype, size);
    norms.accept(value);
    return Optional.of(new TrainableParam(path + ".lora_magnitude_vector", value));
  }

  @Override
  public LoraEmbedding embedding(String path, Embedding table) {
    var dtype = Lora.dtypeFor(table.weight());
    var sizes = table.weight().shape();
    int rank = config.rankAt(path);
    var a = training.zeros(dtype, sizes.size(0), rank);
    var b = training.allocate(dtype, rank, sizes.size(1));
    fill(new Initializer.Normal(1), b, path, "lora_embedding_B");
    if (config.init() == LoraInit.NONE) {
      fill(new Initializer.Normal(1), a, path, "lora_embedding_A");
    }
    var plain = new LoraEmbedding(new TrainableParam(path + ".lora_embedding_A", a),
        new TrainableParam(path + ".lora_embedding_B", b), Optional.empty(), config.scaleAt(path));
    return new LoraEmbedding(plain.loraA(), plain.loraB(),
        magnitude(path, sizes.size(1), dtype, norms -> plain.norms(norms, table.weight().value())),
        plain.scale());
  }

  @Override
  public LowRank tied(String path, OutputHead head, LoraEmbedding table) {
    var plain = new LowRank(table.loraB(), table.loraA(), Optional.empty(), config.scaleAt(path),
        config.dropout());
    return withMagnitude(path, plain, head.weight(), WeightLayout.OUT_IN);
  }

  @Override
  public TrainableParam copy(String key, Param param) {
    return Lora.trainableCopy(key, param, training);
  }

  private void fill(Initializer initializer, Tensor tensor, String path, String name) {
    initializer.fill(tensor, key.derive(name).derive(path));
  }
}
