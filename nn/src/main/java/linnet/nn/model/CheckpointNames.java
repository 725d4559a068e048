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
  private final String embedding;

  private CheckpointNames(ModelConfig config, TensorStore tensors) {
    this.config = config;
    this.tensors = tensors;
    this.decoder = step("model", "model") + ".";
    this.bare = tensors.specs().keySet().stream().noneMatch(name -> name.startsWith(decoder));
    this.embedding = decoder + step("embedTokens", "embed_tokens") + ".weight";
  }

  static CheckpointNames of(ModelConfig config, TensorStore tensors) {
    return new CheckpointNames(config, tensors);
  }

  private String step(String component, String otherwise) {
    return config.form().names().step(component, otherwise);
  }

  /** The stored name of a parameter; of what is tied, files may keep the head alone. */
  String stored(String key) {
    var name = inDecoder(key);
    boolean asHead = key.equals(embedding) && config.tieWordEmbeddings() && !tensors.specs().containsKey(name)
        && tensors.specs().containsKey(HEAD);
    return asHead ? HEAD : name;
  }

  private String inDecoder(String key) {
    return bare && key.startsWith(decoder) ? key.substring(decoder.length()) : key;
  }

  /** The stored names but for what nobody needs: a copy of the tied head, tables that are computed. */
  List<String> needed() {
    return tensors.specs().keySet().stream()
        .filter(name -> !(name.equals(HEAD) && config.tieWordEmbeddings() && !stored(embedding).equals(HEAD))
            && config.form().ignored().stream().noneMatch(name::endsWith)).toList();
  }

  /**
   * Whether a head is stored whose values are not the embedding's. Files rarely have both of a tied model; where they
   * do, all of both is read, as far as they are equal: 0.05 s for two of 256 MiB that the system has in memory.
   */
  boolean headDiffers() {
    var name = inDecoder(embedding);
    if (!tensors.specs().containsKey(HEAD) || !tensors.specs().containsKey(name)) {
      return false;
    }
    var head = tensors.get(HEAD);
    var table = tensors.get(name);
    return head.dtype() != table.dtype() || head.bytes().mismatch(table.bytes()) >= 0;
  }

  /** How many layers are stored. */
  long layers() {
    var prefix = inDecoder(decoder + step("layers", "layers") + ".");
    return tensors.specs().keySet().stream().filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()).split("\\.", 2)[0]).distinct().count();
  }
}
