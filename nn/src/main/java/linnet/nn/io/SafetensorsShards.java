package linnet.nn.io;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/**
 * Several safetensors files and the index, {@code model.safetensors.index.json}, that says which holds what.
 */
public final class SafetensorsShards implements TensorStore {
  private final Path index;
  private final Map<String, SafetensorsFile> shards = new HashMap<>();
  private final SequencedMap<String, SafetensorsFile> shardOf = new LinkedHashMap<>();
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();

  private SafetensorsShards(Path index) {
    this.index = index;
  }

  /**
   * Opens an index and all shards that it names.
   *
   * @param index the index file; the shards lie beside it
   * @return the open files
   * @throws ModelFormatException if the index or a shard is unsound, a shard is missing, or lacks a tensor
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public static SafetensorsShards open(Path index) {
    var store = new SafetensorsShards(index);
    try {
      JsonCursor.read(index).at("weight_map").members().forEach(store::add);
      return store;
    } catch (JsonException malformed) {
      store.close();
      throw new ModelFormatException(malformed);
    } catch (RuntimeException failed) {
      store.close();
      throw failed;
    }
  }

  private void add(String tensor, JsonCursor place) {
    String shardName = place.asString();
    var shard = shards.get(shardName);
    if (shard == null) {
      shard = openShard(shardName, place);
      shards.put(shardName, shard);
    }
    var spec = shard.specs().get(tensor);
    if (spec == null) {
      throw new ModelFormatException(index, tensor, "found no such tensor in " + shardName
          + ", expected it there; the index and the shard do not belong together");
    }
    shardOf.put(tensor, shard);
    specs.put(tensor, spec);
  }

  private SafetensorsFile openShard(String name, JsonCursor place) {
    var expected = "the name of a file beside the index";
    if (name.isEmpty() || name.contains("/") || name.contains("\\")) {
      throw place.error(expected);
    }
    Path path;
    try {
      path = index.resolveSibling(name);
    } catch (InvalidPathException noName) { // it has a NUL, or what the file system cannot write
      throw place.error(expected);
    }
    if (!Files.exists(path)) {
      throw new ModelFormatException(index, place.path(), "found no file " + name
          + " beside the index, expected this shard; download the model again in full");
    }
    return SafetensorsFile.open(path);
  }

  @Override
  public SequencedMap<String, TensorSpec> specs() {
    return Collections.unmodifiableSequencedMap(specs);
  }

  @Override
  public StoredTensor get(String name) {
    var shard = shardOf.get(name);
    if (shard == null) {
      throw ModelFormatException.noTensor(index, name, shardOf.size());
    }
    return shard.get(name);
  }

  /** Those of one shard: all say the same. */
  @Override
  public Map<String, String> annotations() {
    return shards.values().stream().findFirst().map(SafetensorsFile::annotations).orElse(Map.of());
  }

  @Override
  public void close() {
    shards.values().forEach(SafetensorsFile::close);
  }
}
