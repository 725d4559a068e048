package linnet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import linnet.nn.convert.ModelConverter;
import linnet.nn.lora.MergeRecord;
import linnet.nn.lora.MergedModel;
import linnet.nn.model.CausalLm;
import linnet.sft.ChatModel;
import linnet.tensor.DType;
import picocli.CommandLine.Option;

/** How a model that comes of a merge is written. */
final class MergeOptions {
  @Option(names = "--dtype", paramLabel = "TYPE",
      description = "${COMPLETION-CANDIDATES}: what weights become, rounded once from F32 (default: as the"
          + " model's are, or bf16 where those are quantised).")
  private FloatType type;

  @Option(names = "--max-shard-size", defaultValue = "5000", paramLabel = "MB",
      description = "Most megabytes of weights in one file (default: ${DEFAULT-VALUE}).")
  private long maxShardMegabytes;

  /** Refuses what is out of range, before any work is done. */
  void check(Path out) {
    UserException.requireAtLeast(1, "--max-shard-size", maxShardMegabytes);
    if (Files.exists(out)) {
      throw new UserException("OUT: found " + out + ", which exists already; name a new folder, or remove it"
          + " first");
    }
  }

  /** The type that weights become. */
  DType dtype(CausalLm base) {
    return FloatType.orOwn(Optional.ofNullable(type), base);
  }

  /**
   * Writes the merged form of a model with adapters as a Hugging Face folder.
   *
   * @param records of what is merged into it then
   * @return what was written
   */
  MergedModel write(ChatModel chat, CausalLm adapted, List<MergeRecord> records, Path out) {
    var dtype = dtype(chat.base().model());
    var merged = new MergedModel(adapted, dtype);
    new ModelConverter(chat.base().source(), dtype).toFolder(out, maxShardMegabytes * 1_000_000,
        merged.tensors(), MergeRecord.metadata(records), merged::config,
        folder -> chat.text().savedTokenizer().save(folder));
    return merged;
  }
}
