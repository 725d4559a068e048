package linnet.sft.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Encoded rows in a file, little-endian: {@link #MAGIC}, the key that they are kept under (32 bytes); the
 * numbers of rows, of dropped rows and of cut ones (4 bytes each); for each row its line (8), the number of
 * its tokens and of the words of its mask (4 each), its ids (4 each) and its mask (8 a word); for each
 * dropped row its line (8), the length of the reason (4) and the reason in UTF-8; and the CRC-32C of all before
 * (8).
 */
final class EncodedFile {
  /** The letters LinnetR1, read as a number; another format takes another digit. */
  private static final long MAGIC = 0x31527465_6e6e694cL;
  private static final int KEY_BYTES = 32;
  private static final int HEAD_BYTES = Long.BYTES + KEY_BYTES + 3 * Integer.BYTES;
  private static final long AT_ONCE = 1L << 30;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment bytes;
  private long at;

  private EncodedFile(MemorySegment bytes) {
    this.bytes = bytes;
  }

  /** How large the file will be. */
  static long size(EncodedData data) {
    long size = HEAD_BYTES + Long.BYTES;
    for (var row : data.rows()) {
      size += 2L * Long.BYTES + (long) Integer.BYTES * row.ids().length + (long) Long.BYTES * words(row);
    }
    for (var row : data.dropped()) {
      size += Long.BYTES + Integer.BYTES + utf8(row.reason()).length;
    }
    return size;
  }

  /**
   * Writes rows.
   *
   * @param out an empty file
   * @param key 64 hexadecimal digits
   */
  static void write(FileChannel out, String key, EncodedData data) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(size(data));
      var file = new EncodedFile(bytes);
      file.putAll(key, data);
      for (long from = 0; from < bytes.byteSize(); ) {
        from += out.write(part(bytes, from).asByteBuffer());
      }
    }
  }

  /**
   * Reads rows.
   *
   * @return the rows, or empty where the file is not one that was written whole for this key
   * @throws IOException if it cannot be read
   */
  static Optional<EncodedData> read(Path path, String key) throws IOException {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ); var arena = Arena.ofConfined()) {
      long size = channel.size();
      if (size < HEAD_BYTES + Long.BYTES) {
        return Optional.empty();
      }
      var bytes = arena.allocate(size);
      for (long from = 0; from < size; ) {
        int read = channel.read(part(bytes, from).asByteBuffer());
        if (read < 0) {
          return Optional.empty();
        }
        from += read;
      }
      return new EncodedFile(bytes).getAll(key);
    }
  }

  private void putAll(String key, EncodedData data) {
    putLong(MAGIC);
    put(HexFormat.of().parseHex(key));
    putInt(data.rows().size());
    putInt(data.dropped().size());
    putInt(data.truncated());
    for (var row : data.rows()) {
      putLong(row.line());
      putInt(row.ids().length);
      putInt(words(row));
      MemorySegment.copy(row.ids(), 0, bytes, INT, at, row.ids().length);
      at += (long) Integer.BYTES * row.ids().length;
      var mask = row.trained().toLongArray();
      MemorySegment.copy(mask, 0, bytes, LONG, at, mask.length);
      at += (long) Long.BYTES * mask.length;
    }
    for (var row : data.dropped()) {
      var reason = utf8(row.reason());
      putLong(row.line());
      putInt(reason.length);
      put(reason);
    }
    putLong(checksum(bytes.asSlice(0, at)));
  }

  private Optional<EncodedData> getAll(String key) {
    long end = bytes.byteSize() - Long.BYTES;
    if (bytes.get(LONG, end) != checksum(bytes.asSlice(0, end)) || getLong() != MAGIC
        || !HexFormat.of().formatHex(getBytes(KEY_BYTES)).equals(key)) {
      return Optional.empty();
    }
    int rowCount = getInt();
    int droppedCount = getInt();
    int truncated = getInt();
    var rows = new ArrayList<EncodedRow>(rowCount);
    for (int r = 0; r < rowCount; r++) {
      long line = getLong();
      var ids = new int[getInt()];
      var mask = new long[getInt()];
      MemorySegment.copy(bytes, INT, at, ids, 0, ids.length);
      at += (long) Integer.BYTES * ids.length;
      MemorySegment.copy(bytes, LONG, at, mask, 0, mask.length);
      at += (long) Long.BYTES * mask.length;
      rows.add(new EncodedRow(ids, BitSet.valueOf(mask), line));
    }
    var dropped = new ArrayList<EncodedData.Dropped>(droppedCount);
    for (int r = 0; r < droppedCount; r++) {
      dropped.add(new EncodedData.Dropped(getLong(), new String(getBytes(getInt()), StandardCharsets.UTF_8)));
    }
    return Optional.of(new EncodedData(List.copyOf(rows), dropped, truncated));
  }

  private static int words(EncodedRow row) {
    return Math.ceilDiv(row.trained().length(), Long.SIZE);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long checksum(MemorySegment bytes) {
    var crc = new CRC32C();
    for (long from = 0; from < bytes.byteSize(); from += AT_ONCE) {
      crc.update(part(bytes, from).asByteBuffer());
    }
    return crc.getValue();
  }

  /** As much as a buffer can hold. */
  private static MemorySegment part(MemorySegment bytes, long from) {
    return bytes.asSlice(from, Math.min(AT_ONCE, bytes.byteSize() - from));
  }

  private void putLong(long value) {
    bytes.set(LONG, at, value);
    at += Long.BYTES;
  }

  private void putInt(int value) {
    bytes.set(INT, at, value);
    at += Integer.BYTES;
  }

  private void put(byte[] value) {
    MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, at, value.length);
    at += value.length;
  }

  private long getLong() {
    at += Long.BYTES;
    return bytes.get(LONG, at - Long.BYTES);
  }

  private int getInt() {
    at += Integer.BYTES;
    return bytes.get(INT, at - Integer.BYTES);
  }

  private byte[] getBytes(int count) {
    at += count;
    return bytes.asSlice(at - count, count).toArray(ValueLayout.JAVA_BYTE);
  }
}
