package linnet.tensor.memory;

import java.util.TreeSet;
import java.util.function.LongConsumer;
import linnet.tensor.MemoryLimitException;

/**
 * Bookkeeping of what is free in a growing list of chunks: best fit, ties to the first place, neighbours
 * merged when freed. The outcome depends on the sequence of calls alone. Offsets and sizes are multiples of
 * {@link #ALIGNMENT} bytes. No memory is touched. Not thread-safe.
 */
public final class Region {
  /** Every range begins and ends at a multiple of this many bytes: a cache line, and the widest vector. */
  public static final int ALIGNMENT = 64;

  /** The size of a chunk, unless one request needs more. */
  public static final long CHUNK_BYTES = 64L << 20;

  /**
   * A chunk for one large request is rounded up to this, so that a slightly larger one still fits next time.
   */
  private static final long LARGE_CHUNK_STEP = 4L << 20;

  /**
   * Some bytes of one chunk.
   *
   * @param chunk counted from 0 in the order of growth
   * @param offset in bytes from the start of the chunk
   * @param bytes what was asked for, rounded up to the alignment
   */
  public record Range(int chunk, long offset, long bytes) {}

  private final TreeSet<Range> freeBySize = new TreeSet<>(Region::compareSizes);
  private final TreeSet<Range> freeByPlace = new TreeSet<>(Region::comparePlaces);
  private int chunks;
  private long reservedBytes;
  private long usedBytes;
  private long peakBytes;
  private long limit = Long.MAX_VALUE;

  /**
   * Finds {@code bytes} bytes, in a new chunk if no free range is long enough.
   *
   * @param onGrowth called with the size of a new chunk before it is counted; if it throws, nothing has
   *     changed
   * @throws MemoryLimitException if the new chunk would exceed the limit
   */
  public Range allocate(long bytes, LongConsumer onGrowth) {
    long needed = roundUp(Math.max(bytes, 1), ALIGNMENT);
    if (bytes < 0 || needed < bytes) {
      throw new IllegalArgumentException("cannot allocate " + bytes + " bytes");
    }
    var free = smallestHolding(needed);
    if (free == null) {
      long size = chunkFor(needed);
      onGrowth.accept(size);
      addFree(new Range(chunks++, 0, size));
      reservedBytes += size;
      free = smallestHolding(needed);
    }
    removeFree(free);
    if (free.bytes() > needed) {
      addFree(new Range(free.chunk(), free.offset() + needed, free.bytes() - needed));
    }
    usedBytes += needed;
    peakBytes = Math.max(peakBytes, usedBytes);
    return new Range(free.chunk(), free.offset(), needed);
  }

  /** Takes back a range that {@link #allocate} gave, and merges it with free neighbours. */
  public void free(Range range) {
    var merged = range;
    var before = freeByPlace.lower(range);
    if (before != null && before.chunk() == range.chunk()
        && before.offset() + before.bytes() == range.offset()) {
      removeFree(before);
      merged = new Range(range.chunk(), before.offset(), before.bytes() + range.bytes());
    }
    var after = freeByPlace.higher(range);
    if (after != null && after.chunk() == range.chunk() && range.offset() + range.bytes() == after.offset()) {
      removeFree(after);
      merged = new Range(merged.chunk(), merged.offset(), merged.bytes() + after.bytes());
    }
    addFree(merged);
    usedBytes -= range.bytes();
  }

  /** Refuses, from now on, to grow beyond {@code bytes} in all chunks together. */
  public void limit(long bytes) {
    limit = bytes;
  }

  /** The sizes of all chunks together. */
  public long reservedBytes() {
    return reservedBytes;
  }

  /** The sizes of all allocated ranges together. */
  public long usedBytes() {
    return usedBytes;
  }

  /** The largest {@link #usedBytes} so far. */
  public long peakBytes() {
    return peakBytes;
  }

  /** The number of free ranges: that of the chunks, when nothing is allocated. */
  public int freeRanges() {
    return freeByPlace.size();
  }

  /** The number of chunks. */
  public int chunks() {
    return chunks;
  }

  private static int compareSizes(Range a, Range b) {
    int order = Long.compare(a.bytes, b.bytes);
    return order != 0 ? order : comparePlaces(a, b);
  }

  private static int comparePlaces(Range a, Range b) {
    int order = Integer.compare(a.chunk, b.chunk);
    return order != 0 ? order : Long.compare(a.offset, b.offset);
  }

  private long chunkFor(long needed) {
    long available = limit - reservedBytes;
    if (needed > available) {
      throw new MemoryLimitException(needed + " bytes asked for; " + usedBytes + " of " + reservedBytes
          + " reserved bytes are in use, no gap is large enough, and the limit is " + limit + " bytes");
    }
    long wanted = needed <= CHUNK_BYTES ? CHUNK_BYTES : roundUp(needed, LARGE_CHUNK_STEP);
    return Math.min(wanted, available / ALIGNMENT * ALIGNMENT);
  }

  private Range smallestHolding(long bytes) {
    return freeBySize.ceiling(new Range(0, 0, bytes));
  }

  private void addFree(Range range) {
    freeBySize.add(range);
    freeByPlace.add(range);
  }

  private void removeFree(Range range) {
    freeBySize.remove(range);
    freeByPlace.remove(range);
  }

  private static long roundUp(long bytes, long multiple) {
    return (bytes + multiple - 1) / multiple * multiple;
  }
}
