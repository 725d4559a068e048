package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Everything before the tensor data of a GGUF file, version 2 or 3, little-endian
 * (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 *
 * @param metadata keys and values
 * @param tensors each tensor with its place in the file, in the order of the header
 * @param dataStart where the tensors' data begins, or the file ends
 */
record GgufHeader(GgufMetadata metadata, List<TensorLayout> tensors, long dataStart) {
  /** The letters GGUF, read as a little-endian number. */
  static final int MAGIC = 0x46554747;
  static final int VERSION = 3;
  static final String ALIGNMENT = "general.alignment";
  static final int DEFAULT_ALIGNMENT = 32;
  private static final int OLDEST_VERSION = 2;
  private static final int MAX_DIMENSIONS = 4;
  private static final int SMALLEST_VALUE = 8 + 4 + 1; // key length, type, one byte
  private static final int SMALLEST_TENSOR = 8 + 4 + 4 + 8; // name length, dimensions, type, offset

  static GgufHeader read(String file, MemorySegment bytes) {
    var cursor = new GgufCursor(file, bytes);
    int magic = cursor.uint32AsInt("magic");
    if (magic != MAGIC) {
      throw new ModelFormatException(file, "magic", "found 0x%08x, expected the letters GGUF"
          .formatted(magic));
    }
    requireVersion(file, cursor.uint32AsInt("version"));
    long tensorCount = cursor.count(SMALLEST_TENSOR, "number of tensors");
    long valueCount = cursor.count(SMALLEST_VALUE, "number of metadata values");
    var metadata = metadata(file, cursor, valueCount);
    int alignment = alignment(metadata);
    var pending = new ArrayList<TensorLayout>();
    var names = new HashSet<String>();
    for (long i = 0; i < tensorCount; i++) {
      var tensor = tensor(file, cursor, "tensor " + i);
      if (!names.add(tensor.spec().name())) {
        throw new ModelFormatException(file, tensor.spec().name(), "found the tensor a second time");
      }
      pending.add(tensor);
    }
    long dataStart = Math.ceilDiv(cursor.position(), (long) alignment) * alignment;
    var tensors = pending.stream()
        .map(tensor -> placed(file, tensor, dataStart, alignment, bytes.byteSize()))
        .toList();
    TensorLayout.inFileOrder(file, tensors);
    return new GgufHeader(metadata, tensors, Math.min(dataStart, bytes.byteSize()));
  }

  private static void requireVersion(String file, int version) {
    if (version >= OLDEST_VERSION && version <= VERSION) {
      return;
    }
    boolean swapped = Integer.reverseBytes(version) >= 1 && Integer.reverseBytes(version) <= VERSION;
    throw new ModelFormatException(file, "version", "found " + (swapped
        ? "a big-endian file" : Integer.toUnsignedString(version))
        + ", expected version 2 or 3, little-endian");
  }

  private static GgufMetadata metadata(String file, GgufCursor cursor, long count) {
    var values = new LinkedHashMap<String, GgufValue>();
    for (long i = 0; i < count; i++) {
      String key = cursor.text("key " + i);
      if (values.put(key, cursor.value(key)) != null) {
        throw new ModelFormatException(file, key, "found the key a second time");
      }
    }
    return new GgufMetadata(file, values);
  }

  /** What the offsets of tensors are multiples of. */
  static int alignment(GgufMetadata metadata) {
    long alignment = metadata.integer(ALIGNMENT).orElse(DEFAULT_ALIGNMENT);
    if (alignment < 8 || alignment % 8 != 0 || alignment > 1 << 20) {
      throw new ModelFormatException(metadata.file(), ALIGNMENT, "found " + alignment
          + ", expected a multiple of 8 up to " + (1 << 20));
    }
    return (int) alignment;
  }

  /** Reads a tensor's description; {@code start} still counts from the start of the data. */
  private static TensorLayout tensor(String file, GgufCursor cursor, String place) {
    String name = cursor.text(place);
    int dimensions = cursor.uint32AsInt(name);
    if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
      throw new ModelFormatException(file, name, "found " + Integer.toUnsignedString(dimensions)
          + " dimensions, expected at most " + MAX_DIMENSIONS);
    }
    var sizes = new long[dimensions];
    for (int d = dimensions - 1; d >= 0; d--) {
      sizes[d] = cursor.uint64(name); // GGUF puts the innermost size first
    }
    var type = GgufTensorTypes.numbered(cursor.uint32AsInt(name), file, name);
    return new TensorLayout(TensorLayout.spec(file, name, type.dtype(), sizes), cursor.uint64(name));
  }

  private static TensorLayout placed(
      String file, TensorLayout tensor, long dataStart, long alignment, long fileSize) {
    long room = fileSize - dataStart;
    long bytes = tensor.spec().bytes();
    if (tensor.start() < 0 || tensor.start() % alignment != 0) {
      throw new ModelFormatException(file, tensor.spec().name(), "found the offset "
          + Long.toUnsignedString(tensor.start()) + ", expected a multiple of the alignment " + alignment);
    }
    if (bytes > room || tensor.start() > room - bytes) {
      throw new ModelFormatException(file, tensor.spec().name(), "found " + bytes + " bytes at offset "
          + tensor.start() + " of the data, expected them within its " + Math.max(0, room)
          + " bytes; the file is truncated or damaged");
    }
    return new TensorLayout(tensor.spec(), dataStart + tensor.start());
  }
}
