package linnet.nn.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/** Appends memory to a file and counts the bytes. */
public final class SegmentSink {
  /** Well below the two gigabytes that one buffer may hold. */
  private static final long CHUNK = 1L << 24;

  private final FileChannel out;
  private long written;

  SegmentSink(FileChannel out) {
    this.out = out;
  }

  /**
   * Appends bytes.
   *
   * @param bytes the bytes to append
   * @throws IOException if they cannot be written
   */
  public void write(MemorySegment bytes) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
      var chunk = bytes.asSlice(at, Math.min(CHUNK, bytes.byteSize() - at)).asByteBuffer();
      while (chunk.hasRemaining()) {
        written += out.write(chunk);
      }
    }
  }

  /** Appends zeros up to a multiple of {@code alignment}. */
  void pad(int alignment) throws IOException {
    write(MemorySegment.ofArray(new byte[(int) Math.floorMod(-written, (long) alignment)]));
  }

  /** The bytes written so far. */
  long written() {
    return written;
  }
}
