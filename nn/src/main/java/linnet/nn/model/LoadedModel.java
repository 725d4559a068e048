package linnet.nn.model;

import java.util.LinkedHashSet;
import java.util.Set;
import linnet.nn.io.ModelSource;

/**
 * A model and the files behind it. Frozen weights are read in place, so close it last: after the scope that
 * the weights were loaded into.
 *
 * @param model the model
 * @param source where it came from, with its raw configuration, tokenizer and chat template
 */
public record LoadedModel(CausalLm model, ModelSource source) implements AutoCloseable {
  /** The hyper-parameters. */
  public ModelConfig config() {
    return model.config();
  }

  /** The tokens that end a text: those of {@code config.json} and of {@code generation_config.json}. */
  public Set<Integer> eosTokenIds() {
    var ids = new LinkedHashSet<>(config().eosTokenIds());
    source.generationConfig().flatMap(c -> c.opt("eos_token_id")).map(ModelConfig::ids)
        .ifPresent(ids::addAll);
    return ids;
  }

  /** Unmaps the files. */
  @Override
  public void close() {
    source.close();
  }
}
