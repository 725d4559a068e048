package linnet.nn.lora;

import java.nio.file.Path;
import java.util.Optional;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.SafetensorsFile;
import linnet.tensor.Scope;

/**
 * Taking an adapter out of a model that it was merged into.
 *
 * @param model the model with the adapter's updates negated
 * @param fingerprint of the adapter, as a {@link MergeRecord} has it
 */
public record Unmerge<M extends Module>(M model, String fingerprint) {
  /**
   * The model with the adapter's updates negated: merging it gives the model that the adapter was merged
   * into, but for rounding.
   *
   * @param merged what the merge has made
   * @param folder the adapter, in PEFT's layout
   * @param training where the adapter's weights live
   * @throws ModelFormatException if the merge has not left enough to take it back, or the file is not an
   *     adapter of this model
   * @throws linnet.nn.json.JsonException if the adapter's configuration is malformed, or asks for what is not
   *     supported
   */
  public static <M extends Module> Unmerge<M> of(M merged, Path folder, Scope training) {
    var config = AdapterFiles.describe(folder).lora();
    requireReversible(folder.resolve(AdapterFiles.CONFIG), config);
    var file = folder.resolve(AdapterFiles.WEIGHTS);
    var places = AdapterFiles.places(folder, merged, config);
    try (var stored = SafetensorsFile.open(file)) {
      var source = new StoredAdapters(file, stored, config, training);
      source.requireNames(merged, places);
      var adapted = AdaptedTree.build(merged, places, source);
      return new Unmerge<>(negated(adapted), MergeRecord.fingerprint(adapted));
    }
  }

  private static void requireReversible(Path file, LoraConfig config) {
    String lost = config.decomposed() ? "use_dora: found true: merging has scaled each row to its magnitude,"
        + " and the lengths that they had are lost"
        : config.init() == LoraInit.PISSA ? "init_lora_weights: found \"pissa\": what the adapter took from"
            + " the weights was found in them before the merge"
        : !config.modulesToSave().isEmpty() ? "modules_to_save: found " + config.modulesToSave() + ", which"
            + " merging has replaced" : null;
    if (lost != null) {
      throw new ModelFormatException(file, "", lost + "; expected a plain adapter; take the original model"
          + " instead");
    }
  }

  private static <M extends Module> M negated(M adapted) {
    return Modules.mapModules(adapted, (path, module) -> switch (module) {
      case LowRank lora ->
          new LowRank(lora.loraA(), lora.loraB(), Optional.empty(), -lora.scale(), lora.dropout());
      case LoraEmbedding lora ->
          new LoraEmbedding(lora.loraA(), lora.loraB(), Optional.empty(), -lora.scale());
      default -> module;
    });
  }
}
