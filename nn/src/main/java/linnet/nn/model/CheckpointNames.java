package linnet.nn.model;

import java.util.List;
import linnet.nn.io.TensorStore;

/**
 * How the tensors of one checkpoint are named. Those of a bare decoder, saved without its head, lack the
 * first step of the keys, as GPT-2's published ones do.
 */
final class CheckpointNames {
  private static final String HEAD = "lm_head.weight";

  private final ModelConfig config;
  private final TensorStore tensors;
  private final String decoder;
  private final boolean bare;

  private CheckpointNames(ModelConfig config, TensorStore tensors) {
    this.config = config;
    this.tensors = tensors;
    this.decoder = config.form().names().step("model", "model") + ".";
    this.bare = tensors.specs().keySet().stream().noneMatch(name -> name.startsWith(decoder));
  }

  static CheckpointNames of(ModelConfig config, TensorStore tensors) {
    return new CheckpointNames(config, tensors);
  }

  /** The stored name of a parameter. */
  String stored(String key) {
    return bare && key.startsWith(decoder) ? key.substring(decoder.length()) : key;
  }

  /** The stored names but for what nobody needs: a copy of the tied head, tables that are computed. */
  List<String> needed() {
    return tensors.specs().keySet().stream()
        .filter(name -> !(name.equals(HEAD) && config.tieWordEmbeddings())
            && config.form().ignored().stream().noneMatch(name::endsWith)).toList();
  }

  /** How many layers are stored. */
  long layers() {
    var prefix = stored(decoder + config.form().names().step("layers", "layers") + ".");
    return tensors.specs().keySet().stream().filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()).split("\\.", 2)[0]).distinct().count();
  }
}
