package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedMap;

/** A GGUF file, mapped into memory; names, order of rows and element types are those of the file. */
public final class GgufFile implements TensorStore {
  private final MappedFile file;
  private final GgufMetadata metadata;
  private final MappedTensors tensors;
  private final long dataStart;

  private GgufFile(MappedFile file) {
    this.file = file;
    var header = GgufHeader.read(file.path().toString(), file.bytes());
    metadata = header.metadata();
    tensors = new MappedTensors(file, header.tensors());
    dataStart = header.dataStart();
  }

  /**
   * Opens a file.
   *
   * @param path the file
   * @return the open file
   * @throws ModelFormatException if it is not a sound GGUF file of version 2 or 3, or holds a tensor of a
   *     type that is not supported
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static GgufFile open(Path path) {
    var file = MappedFile.open(path);
    try {
      return new GgufFile(file);
    } catch (ModelFormatException unsound) {
      file.close();
      throw unsound;
    }
  }

  /** Whether a file begins as one of this format. */
  static boolean isGguf(Path path) {
    try (var in = Files.newInputStream(path)) {
      var start = MemorySegment.ofArray(in.readNBytes(Integer.BYTES));
      var number = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
      return start.byteSize() == Integer.BYTES && start.get(number, 0) == GgufHeader.MAGIC;
    } catch (IOException failed) {
      throw new UncheckedIOException(path + ": cannot be read: " + failed.getMessage(), failed);
    }
  }

  /**
   * Where the file lies.
   *
   * @return its path
   */
  public Path path() {
    return file.path();
  }

  /**
   * Keys and values; arrays among them are readable until this file is closed.
   *
   * @return the metadata
   */
  public GgufMetadata metadata() {
    return metadata;
  }

  /**
   * All of the file before the tensors' data: keys, values and descriptions of the tensors.
   *
   * @return the bytes, readable until this file is closed
   */
  public MemorySegment header() {
    return file.bytes().asSlice(0, dataStart);
  }

  @Override
  public SequencedMap<String, TensorSpec> specs() {
    return tensors.specs();
  }

  @Override
  public StoredTensor get(String name) {
    return tensors.get(name);
  }

  @Override
  public void close() {
    file.close();
  }
}
