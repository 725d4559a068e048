package linnet.nn.model;

import java.util.LinkedHashSet;
import java.util.Set;
import linnet.nn.io.ModelSource;

/**
 * A model and the files behind it. Frozen weights are read in place, so close it last: after the scope that
 * the weights were loaded into.
 */
public final class LoadedModel implements AutoCloseable {
  private final CausalLm model;
  private final ModelSource source;
  private final WeightsCheck check;

  LoadedModel(CausalLm model, ModelSource source, WeightsCheck check) {
    this.model = model;
    this.source = source;
    this.check = check;
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
    source.generationConfig().flatMap(c -> c.opt("eos_token_id")).map(ConfigBuilder::ids)
        .ifPresent(ids::addAll);
    return ids;
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    check.close();
    source.close();
  }
}
