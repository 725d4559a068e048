package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * A GGUF file, mapped into memory, with the other parts of its model where that was split; names, order of rows
 * and element types are those of the file.
 */
public final class GgufFile implements TensorStore {
  private final List<MappedFile> files = new ArrayList<>();
  private final GgufHeader header;
  private final GgufSplit split;
  private final GgufMetadata metadata;
  private final SequencedMap<String, MappedTensors> parts = new LinkedHashMap<>();
  private final SequencedMap<String, TensorSpec> specs = new LinkedHashMap<>();

  private GgufFile(Path path, Function<GgufSplit, List<Path>> others) {
    try {
      header = add(path);
      split = GgufSplit.of(path, header.metadata());
      for (var other : others.apply(split)) {
        split.requirePart(files.size(), other, add(other).metadata());
      }
      if (files.size() > 1) {
        split.requireTensors(header.metadata(), specs.size());
      }
      metadata = GgufSplit.whole(header.metadata());
    } catch (RuntimeException unsound) {
      close();
      throw unsound;
    }
  }

  private GgufHeader add(Path path) {
    var file = MappedFile.open(path);
    files.add(file);
    var read = GgufHeader.read(path.toString(), file.bytes());
    var tensors = new MappedTensors(file, read.tensors());
    tensors.specs().forEach((name, spec) -> {
      if (specs.put(name, spec) != null) {
        throw new ModelFormatException(path, name, "found the tensor in an earlier part as well");
      }
      parts.put(name, tensors);
    });
    return read;
  }

  /**
   * Opens a file, and where it is the first part of a split model all others, which lie beside it.
   *
   * @param path the file
   * @return the open file
   * @throws ModelFormatException if it is not a sound GGUF file of version 2 or 3, holds a tensor of a type that
   *     is not supported, or is one of several parts and not the first, or another is missing
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static GgufFile open(Path path) {
    return new GgufFile(path, GgufSplit::others);
  }

  /**
   * Opens a file alone, also where it is the first part of a split model: that has all keys. The other parts need
   * not be there.
   *
   * @param path the file
   * @return the open file, with those tensors that lie in it
   * @throws ModelFormatException as {@link #open} does, but for other parts
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  static GgufFile first(Path path) {
    return new GgufFile(path, _ -> List.of());
  }

  /** Whether all parts are open, or there is but one. */
  boolean isWhole() {
    return files.size() == split.count();
  }

  /**
   * Whether a path is that of a file that begins as one of this format.
   *
   * @param path any file or folder
   * @return false also where there is no file
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static boolean isGguf(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
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
    return files.getFirst().path();
  }

  /**
   * Keys and values, but for those of a split; arrays among them are readable until this file is closed.
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
    return files.getFirst().bytes().asSlice(0, header.dataStart());
  }

  @Override
  public SequencedMap<String, TensorSpec> specs() {
    return Collections.unmodifiableSequencedMap(specs);
  }

  @Override
  public StoredTensor get(String name) {
    var part = parts.get(name);
    if (part == null) {
      throw ModelFormatException.noTensor(path(), name, specs.size());
    }
    return part.get(name);
  }

  @Override
  public void close() {
    files.forEach(MappedFile::close);
  }
}
