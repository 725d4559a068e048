package linnet.nn.io;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import linnet.nn.json.Json;

/**
 * Writes safetensors files. The bytes depend on the content only and are those of the format's own library:
 * tensors sorted by element type, wide types first, then by name; the header padded with spaces to eight
 * bytes.
 */
public final class SafetensorsWriter {
  private static final Comparator<OutgoingTensor> ORDER =
      Comparator.comparing((OutgoingTensor tensor) -> SafetensorsTypes.of(tensor.spec())).reversed()
          .thenComparing(tensor -> tensor.spec().name());

  private SafetensorsWriter() {}

  /**
   * Writes or replaces a file; readers see the old one or the whole new one.
   *
   * @param file the file
   * @param tensors the tensors, in any order
   * @param metadata free text for the header, such as {@code format = pt}
   * @throws IllegalArgumentException if two tensors have one name, or a type has no place in the format
   * @throws java.io.UncheckedIOException if the file cannot be written; then nothing of it is left
   */
  public static void write(Path file, Collection<OutgoingTensor> tensors, Map<String, String> metadata) {
    var sorted = tensors.stream().sorted(ORDER).toList();
    var header = header(sorted, metadata);
    AtomicFile.write(file, out -> {
      var sink = new SegmentSink(out);
      sink.write(header);
      for (var tensor : sorted) {
        tensor.writeTo(sink);
      }
    });
  }

  private static MemorySegment header(List<OutgoingTensor> sorted, Map<String, String> metadata) {
    var header = Json.object();
    if (!metadata.isEmpty()) {
      var texts = Json.object();
      new TreeMap<>(metadata).forEach(texts::put);
      header.put(SafetensorsHeader.METADATA, texts);
    }
    long begin = 0;
    for (var tensor : sorted) {
      var spec = tensor.spec();
      long end = begin + spec.bytes();
      header.put(spec.name(), Json.object()
          .put("dtype", SafetensorsTypes.of(spec).name())
          .put("shape", Json.ints(spec.shape().toArray()))
          .put("data_offsets", List.of(Json.of(begin), Json.of(end))));
      begin = end;
    }
    var object = header.build();
    if (object.members().size() != sorted.size() + (metadata.isEmpty() ? 0 : 1)) {
      throw new IllegalArgumentException("two tensors have one name, or one is called "
          + SafetensorsHeader.METADATA);
    }
    return padded(object.compact().getBytes(StandardCharsets.UTF_8));
  }

  private static MemorySegment padded(byte[] json) {
    int length = Math.ceilDiv(json.length, Long.BYTES) * Long.BYTES;
    var header = new byte[Long.BYTES + length];
    ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json);
    Arrays.fill(header, Long.BYTES + json.length, header.length, (byte) ' ');
    return MemorySegment.ofArray(header);
  }
}
