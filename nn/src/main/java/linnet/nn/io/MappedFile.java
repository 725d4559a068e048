package linnet.nn.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import linnet.tensor.DType;

/** A file mapped read-only into memory, and the arena that its mapping and any copies made for it live in. */
record MappedFile(Path path, Arena arena, MemorySegment bytes) implements AutoCloseable {
  static MappedFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new ModelFormatException(path, "", "found a folder, expected a file");
    }
    var arena = Arena.ofShared();
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new MappedFile(path, arena, bytes);
    } catch (NoSuchFileException missing) {
      arena.close();
      throw new UncheckedIOException(path + ": there is no such file", missing);
    } catch (IOException failed) {
      arena.close();
      throw new UncheckedIOException(path + ": cannot be read: " + failed.getMessage(), failed);
    }
  }

  /**
   * The bytes of a tensor, copied only where the file put them at an address that the element type cannot
   * use.
   */
  MemorySegment slice(long offset, TensorSpec spec) {
    var slice = bytes.asSlice(offset, spec.bytes());
    long alignment = alignment(spec.dtype());
    if (slice.address() % alignment == 0) {
      return slice;
    }
    return arena.allocate(slice.byteSize(), alignment).copyFrom(slice).asReadOnly();
  }

  private static long alignment(DType dtype) {
    return dtype.isQuantized() ? Short.BYTES : dtype.bytesPerBlock(); // a block starts with an F16 scale
  }

  @Override
  public void close() {
    arena.close();
  }
}
