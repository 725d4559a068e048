package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/** Small files and tensors for tests, made byte by byte. */
public final class Bytes {
  private Bytes() {}

  /** A safetensors file: header length, header, data. */
  public static byte[] safetensors(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length).put(json).array();
  }

  /** F32. */
  public static byte[] littleEndian(float... values) {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  /** A tensor whose bytes count up from {@code first}. */
  public static OutgoingTensor counting(String name, DType dtype, int first, int... sizes) {
    var spec = new TensorSpec(name, dtype, Shape.of(sizes));
    var bytes = new byte[(int) spec.bytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return new OutgoingTensor(spec, sink -> sink.write(MemorySegment.ofArray(bytes)));
  }

  /** The data of a tensor. */
  public static byte[] of(StoredTensor tensor) {
    return tensor.bytes().toArray(ValueLayout.JAVA_BYTE);
  }

  /** The names of all entries of a folder, hidden ones included. */
  public static List<String> names(Path folder) {
    try (var entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
