package linnet.nn.lora;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import linnet.nn.LoraEmbedding;
import linnet.nn.LowRank;
import linnet.nn.Module;
import linnet.nn.Modules;
import linnet.nn.Param;
import linnet.nn.io.ContentHash;
import linnet.nn.io.ModelSource;
import linnet.nn.io.TensorSlices;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/**
 * What was merged into a model's weights. It stands in the metadata of those weights, which others pass over, and goes
 * where this library writes them in another form.
 *
 * @param adapter what the adapter was called
 * @param base what the model was called that it was merged into
 * @param fingerprint of what was added, see {@link #fingerprint}
 * @param trainedSince whether the weights were trained after it was added: then the rest of them is no earlier model
 */
public record MergeRecord(String adapter, String base, String fingerprint, boolean trainedSince) {
  private static final String KEY = "merged_adapters";
  private static final String TRAINED = "trained_since";

  /**
   * What was merged into a model, in order; nothing where its weights do not say, or say something else under the same
   * name, which is somebody else's.
   */
  public static List<MergeRecord> of(ModelSource model) {
    var text = model.tensors().annotations().get(KEY);
    try {
      return text == null ? List.of() : parse(text);
    } catch (JsonException somebodyElses) {
      return List.of();
    }
  }

  private static List<MergeRecord> parse(String text) {
    return JsonCursor.of(Json.parse(text, KEY), KEY).elements().stream().map(entry -> new MergeRecord(
        entry.at("adapter").asString(), entry.at("base").asString(), entry.at("fingerprint").asString(),
        entry.opt(TRAINED).map(JsonCursor::asBoolean).orElse(false))).toList();
  }

  /** The metadata that say it. */
  public static Map<String, String> metadata(List<MergeRecord> records) {
    return records.isEmpty() ? Map.of()
        : Map.of(KEY, Json.of(records.stream().map(MergeRecord::json).toList()).compact());
  }

  private Json json() {
    var json = Json.object().put("adapter", adapter).put("base", base).put("fingerprint", fingerprint);
    return (trainedSince ? json.put(TRAINED, true) : json).build();
  }

  /** What is to be said of weights that were trained from those with these records. */
  public static List<MergeRecord> trained(List<MergeRecord> records) {
    return records.stream().map(record -> new MergeRecord(record.adapter, record.base, record.fingerprint, true))
        .toList();
  }

  /** The last of the records of an adapter with this fingerprint. */
  public static Optional<MergeRecord> last(List<MergeRecord> records, String fingerprint) {
    return records.reversed().stream().filter(record -> record.fingerprint.equals(fingerprint)).findFirst();
  }

  /** SHA-256 of the adapters of a model: names, values and scales, in whatever type and layout they were stored. */
  public static String fingerprint(Module adapted) {
    var hash = new ContentHash();
    Modules.find(adapted, LowRank.class).forEach((path, lora) -> hash.add(path + " " + lora.scale()));
    Modules.find(adapted, LoraEmbedding.class).forEach((path, lora) -> hash.add(path + " " + lora.scale()));
    var params = new ArrayList<Param>(Modules.trainable(adapted));
    params.sort(Comparator.comparing(Param::name));
    for (var param : params) {
      hash.add(param.name());
      for (var slice : TensorSlices.of(param.value())) {
        float[] values = slice.toFloats();
        var bytes = ByteBuffer.allocate(Float.BYTES * values.length);
        bytes.asFloatBuffer().put(values);
        hash.add(bytes.array());
      }
    }
    return hash.hex();
  }
}
