package linnet.nn.model;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import linnet.nn.Modules;
import linnet.nn.io.ModelSource;
import linnet.nn.quant.Quantization;
import linnet.nn.quant.QuantizedWeights;
import linnet.tensor.Storage;

/**
 * A model and the files behind it. Frozen weights are read in place, so close it last: after the scope that
 * the weights were loaded into.
 */
public final class LoadedModel implements AutoCloseable {
  private final CausalLm model;
  private final ModelSource source;
  private final WeightsCheck check;
  private final Optional<QuantizedWeights> quantized;

  LoadedModel(CausalLm model, ModelSource source, WeightsCheck check) {
    this(model, source, check, Optional.empty());
  }

  private LoadedModel(CausalLm model, ModelSource source, WeightsCheck check,
      Optional<QuantizedWeights> quantized) {
    this.model = model;
    this.source = source;
    this.check = check;
    this.quantized = quantized;
  }

  /** The same with memory of weights to free when it is closed. */
  LoadedModel holding(QuantizedWeights memory) {
    return new LoadedModel(model, source, check, Optional.of(memory));
  }

  /** The model. */
  public CausalLm model() {
    return model;
  }

  /** Where it came from, with its raw configuration, tokenizer and chat template. */
  public ModelSource source() {
    return source;
  }

  /**
   * Waits until all weights have been read and are known to be finite. A model that was {@linkplain
   * Models#load loaded} has been waited for; of one that was {@linkplain Models#open opened} no result may be
   * trusted before.
   *
   * @throws linnet.nn.io.ModelFormatException if some are infinite or not a number; the message names the
   *     tensor
   */
  public void requireFinite() {
    check.await();
  }

  /** The hyper-parameters. */
  public ModelConfig config() {
    return model.config();
  }

  /** The tokens that end a text: those of {@code config.json} and of {@code generation_config.json}. */
  public Set<Integer> eosTokenIds() {
    var ids = new LinkedHashSet<>(config().eosTokenIds());
    source.generationConfig().map(ModelConfig::eosTokenIds).ifPresent(ids::addAll);
    return ids;
  }

  /** What projections were quantised to. */
  public Quantization quantization() {
    return quantized.map(QuantizedWeights::kind).orElse(Quantization.NONE);
  }

  /** Bytes of the weights that no scope counts: those read in place from the files, and quantised ones. */
  public long weightBytes() {
    var storages = Collections.newSetFromMap(new IdentityHashMap<Storage, Boolean>());
    Modules.parameters(model).values().forEach(param -> storages.add(param.value().storage()));
    return storages.stream().filter(Storage::isAdopted)
        .mapToLong(storage -> storage.dtype().bytes(storage.length())).sum();
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    check.close();
    source.close();
    quantized.ifPresent(QuantizedWeights::close);
  }
}
