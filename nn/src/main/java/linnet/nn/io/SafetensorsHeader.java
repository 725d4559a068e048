package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/**
 * The header of a safetensors file (https://github.com/huggingface/safetensors#format): eight bytes of
 * length, then JSON that gives type, shape and place of each tensor; the data follow without a gap.
 *
 * @param metadata the free text members of {@code __metadata__}
 * @param tensors each tensor with its place in the file, in the order of the header
 */
record SafetensorsHeader(Map<String, String> metadata, List<TensorLayout> tensors) {
  static final String METADATA = "__metadata__";

  /** The format's own limit. */
  private static final long MAX_BYTES = 100_000_000;
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Reads and checks the header of a whole file. */
  static SafetensorsHeader read(Object file, MemorySegment bytes) {
    long fileSize = bytes.byteSize();
    if (fileSize < Long.BYTES) {
      throw new ModelFormatException(file, "", "found " + fileSize
          + " bytes, expected a safetensors file, which starts with eight bytes of header length");
    }
    long length = bytes.get(LENGTH, 0);
    if (length < 2 || length > Math.min(MAX_BYTES, fileSize - Long.BYTES)) {
      throw new ModelFormatException(file, "header length", "found " + Long.toUnsignedString(length)
          + ", expected 2 to " + MAX_BYTES + " and no more than the " + (fileSize - Long.BYTES)
          + " bytes that follow; the file is truncated or not in the safetensors format");
    }
    var json = bytes.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    if (json[0] != '{') {
      throw new ModelFormatException(file, "header", "found " + (json[0] < ' ' ? "the byte " + json[0]
          : "'" + (char) json[0] + "'") + " at its start, expected '{'; the file is not in the safetensors"
          + " format");
    }
    try {
      var header = JsonCursor.of(Json.parse(json, file + ": header"), file + ": header");
      return read(file, header, Long.BYTES + length, fileSize);
    } catch (JsonException malformed) {
      throw new ModelFormatException(malformed);
    }
  }

  private static SafetensorsHeader read(Object file, JsonCursor header, long dataStart, long fileSize) {
    var metadata = new LinkedHashMap<String, String>();
    var tensors = new ArrayList<TensorLayout>();
    header.members().forEach((name, value) -> {
      if (name.equals(METADATA)) {
        value.members().forEach((key, text) -> metadata.put(key, text.asString()));
      } else {
        tensors.add(tensor(file, name, value, dataStart, fileSize));
      }
    });
    requireNoGap(file, TensorLayout.inFileOrder(file, tensors), dataStart, fileSize);
    return new SafetensorsHeader(metadata, tensors);
  }

  private static TensorLayout tensor(Object file, String name, JsonCursor value, long dataStart,
      long fileSize) {
    var type = SafetensorsTypes.named(value.at("dtype").asString(), file, name);
    var sizes = value.at("shape").elements().stream().mapToLong(JsonCursor::asLong).toArray();
    var spec = TensorLayout.spec(file, name, type.dtype(), sizes);
    var offsets = value.at("data_offsets");
    if (offsets.asArray().elements().size() != 2) {
      throw offsets.error("the two numbers [begin, end]");
    }
    long begin = offsets.at(0).asLong();
    long end = offsets.at(1).asLong();
    long dataSize = fileSize - dataStart;
    if (begin < 0 || begin > end || end > dataSize) {
      throw new ModelFormatException(file, name, "found data_offsets [" + begin + ", " + end
          + "], expected 0 ≤ begin ≤ end ≤ " + dataSize
          + ", the bytes after the header; is the file truncated?");
    }
    if (end - begin != spec.bytes()) {
      throw new ModelFormatException(file, name, "found " + (end - begin) + " bytes of data, expected "
          + spec.bytes() + " for " + type + " " + spec.shape());
    }
    return new TensorLayout(spec, dataStart + begin);
  }

  private static void requireNoGap(Object file, List<TensorLayout> sorted, long dataStart, long fileSize) {
    long end = dataStart;
    for (var tensor : sorted) {
      if (tensor.start() != end) {
        throw new ModelFormatException(file, tensor.spec().name(), "found data from byte " + tensor.start()
            + ", expected them at byte " + end + ", right after the tensor before");
      }
      end = tensor.end();
    }
    if (end != fileSize) {
      throw new ModelFormatException(file, "", "found " + (fileSize - end)
          + " bytes that belong to no tensor, expected the file to end at byte " + end);
    }
  }
}
