package linnet.nn.io;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/** Writes GGUF files of version 3, little-endian; the bytes depend on the content and its order only. */
public final class GgufWriter {
  private final ByteArrayOutputStream header = new ByteArrayOutputStream();

  /** The alignment of data where the metadata do not say it. */
  public static final int USUAL_ALIGNMENT = GgufHeader.DEFAULT_ALIGNMENT;

  private GgufWriter() {}

  /**
   * Writes or replaces a file; readers see the old one or the whole new one.
   *
   * @param file the file
   * @param metadata keys and values; {@code general.alignment} is obeyed where it is given
   * @param tensors the tensors, in the order in which they are to stand
   * @throws IllegalArgumentException if two tensors have one name, or a type has no place in the format
   * @throws java.io.UncheckedIOException if the file cannot be written; then nothing of it is left
   */
  public static void write(Path file, GgufMetadata metadata, List<OutgoingTensor> tensors) {
    int alignment = GgufHeader.alignment(metadata);
    var header = MemorySegment.ofArray(new GgufWriter().header(metadata, tensors, alignment));
    AtomicFile.write(file, out -> {
      var sink = new SegmentSink(out);
      sink.write(header);
      sink.pad(alignment);
      for (var tensor : tensors) {
        tensor.writeTo(sink);
        sink.pad(alignment);
      }
    });
  }

  private byte[] header(GgufMetadata metadata, List<OutgoingTensor> tensors, int alignment) {
    putInt(GgufHeader.MAGIC);
    putInt(GgufHeader.VERSION);
    putLong(tensors.size());
    putLong(metadata.values().size());
    metadata.values().forEach((key, value) -> {
      putText(key);
      putInt(value.type().ordinal());
      putValue(value);
    });
    var names = new HashSet<String>();
    long offset = 0;
    for (var tensor : tensors) {
      var spec = tensor.spec();
      if (!names.add(spec.name())) {
        throw new IllegalArgumentException("two tensors are called " + spec.name());
      }
      putTensor(spec, offset);
      offset += Math.ceilDiv(spec.bytes(), (long) alignment) * alignment;
    }
    return header.toByteArray();
  }

  private void putTensor(TensorSpec spec, long offset) {
    putText(spec.name());
    int[] sizes = spec.shape().toArray();
    putInt(sizes.length);
    for (int d = sizes.length - 1; d >= 0; d--) {
      putLong(sizes[d]); // GGUF puts the innermost size first
    }
    putInt(GgufTensorTypes.of(spec).id());
    putLong(offset);
  }

  private void putValue(GgufValue value) {
    switch (value) {
      case GgufValue.Int integer -> putBytes(integer.type().bytes(), integer.value());
      case GgufValue.Real real -> putBytes(real.type().bytes(), real.type() == GgufType.FLOAT32
          ? Float.floatToRawIntBits((float) real.value()) : Double.doubleToRawLongBits(real.value()));
      case GgufValue.Bool bool -> header.write(bool.value() ? 1 : 0);
      case GgufValue.Text text -> putText(text.value());
      case GgufValue.Array array -> {
        putInt(array.elementType().ordinal());
        putLong(array.count());
        header.writeBytes(array.bytes().toArray(ValueLayout.JAVA_BYTE));
      }
    }
  }

  /** The lowest {@code size} bytes of {@code bits}, lowest first. */
  private void putBytes(int size, long bits) {
    for (int i = 0; i < size; i++) {
      header.write((int) (bits >>> 8 * i));
    }
  }

  private void putInt(int value) {
    putBytes(Integer.BYTES, value);
  }

  private void putLong(long value) {
    putBytes(Long.BYTES, value);
  }

  private void putText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    putLong(utf8.length);
    header.writeBytes(utf8);
  }
}
