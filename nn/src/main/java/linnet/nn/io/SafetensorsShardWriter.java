package linnet.nn.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import linnet.nn.json.Json;

/**
 * Writes a model's tensors into a folder as Hugging Face lays them out: one {@code model.safetensors}, or
 * several {@code model-00001-of-00003.safetensors} and an index where one file would grow too large.
 */
public final class SafetensorsShardWriter {
  /** The largest shard that transformers writes unless told otherwise: 5 GB. */
  public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

  private SafetensorsShardWriter() {}

  /**
   * Writes the tensors.
   *
   * @param folder the folder
   * @param tensors the tensors; shards are filled in this order
   * @param maxShardBytes the most bytes of data in one file, unless a single tensor is larger
   * @param metadata free text for the header of each file
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public static void write(Path folder, Collection<OutgoingTensor> tensors, long maxShardBytes,
      Map<String, String> metadata) {
    var format = new TreeMap<>(metadata);
    format.put("format", "pt");
    var shards = split(tensors, maxShardBytes);
    if (shards.size() == 1) {
      SafetensorsWriter.write(folder.resolve(ModelFiles.WEIGHTS), shards.getFirst(), format);
      return;
    }
    var shardOf = new TreeMap<String, String>();
    long total = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      SafetensorsWriter.write(folder.resolve(name), shards.get(i), format);
      for (var tensor : shards.get(i)) {
        shardOf.put(tensor.spec().name(), name);
        total += tensor.spec().bytes();
      }
    }
    var weightMap = Json.object();
    shardOf.forEach(weightMap::put);
    var index = Json.object()
        .put("metadata", Json.object().put("total_size", total))
        .put("weight_map", weightMap)
        .build();
    AtomicFile.writeString(folder.resolve(ModelFiles.INDEX), index.pretty() + "\n");
  }

  private static List<List<OutgoingTensor>> split(Collection<OutgoingTensor> tensors, long maxShardBytes) {
    var shards = new ArrayList<List<OutgoingTensor>>();
    var current = new ArrayList<OutgoingTensor>();
    long bytes = 0;
    for (var tensor : tensors) {
      if (!current.isEmpty() && bytes + tensor.spec().bytes() > maxShardBytes) {
        shards.add(current);
        current = new ArrayList<>();
        bytes = 0;
      }
      current.add(tensor);
      bytes += tensor.spec().bytes();
    }
    shards.add(current);
    return shards;
  }
}
