package linnet.tensor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import linnet.tensor.MemoryLimitException;

/**
 * Bookkeeping of what is free in growing memory: the smallest gap between others that is long enough, else
 * the smallest end of a chunk, ties to the first place; neighbours are merged when freed. The outcome depends
 * on the sequence of calls alone. Offsets and sizes are multiples of {@link #ALIGNMENT} bytes. No memory is
 * touched. Not thread-safe.
 */
public final class Region {
  /** Every range begins and ends at a multiple of this many bytes: a cache line, and the widest vector. */
  public static final int ALIGNMENT = 64;

  /** The size of a chunk, unless one request needs more, or what was to be needed has been reserved. */
  public static final long CHUNK_BYTES = 64L << 20;

  /**
   * A chunk for one large request is rounded up to this, so that a slightly larger one still fits next time;
   * and so is what comes beyond a reservation, which is little: gaps that lie elsewhere than foreseen.
   */
  private static final long CHUNK_STEP = 4L << 20;

  /**
   * Some bytes of one chunk.
   *
   * @param chunk counted from 0 in the order of growth
   * @param offset in bytes from the start of the chunk
   * @param bytes what was asked for, rounded up to the alignment
   */
  public record Range(int chunk, long offset, long bytes) {}

  private final boolean onePiece;
  private final List<Long> chunks = new ArrayList<>();
  private final TreeSet<Range> gaps = new TreeSet<>(Region::compareSizes);
  private final TreeSet<Range> ends = new TreeSet<>(Region::compareSizes);
  private final TreeSet<Range> freeByPlace = new TreeSet<>(Region::comparePlaces);
  private long smallestChunk = CHUNK_BYTES;
  private long reservedBytes;
  private long usedBytes;
  private long peakBytes;
  private long limit = Long.MAX_VALUE;

  private Region(boolean onePiece) {
    this.onePiece = onePiece;
  }

  /** Grows by chunks that lie anywhere, as real memory does. */
  public static Region inChunks() {
    return new Region(false);
  }

  /** One chunk, longer by just what is missing whenever it grows, as memory on paper can be. */
  public static Region inOnePiece() {
    return new Region(true);
  }

  /**
   * Finds {@code bytes} bytes, and grows if no free range is long enough.
   *
   * @param onGrowth called with the bytes to grow by before they are counted; if it throws, nothing has
   *     changed
   * @throws MemoryLimitException if growing would exceed the limit
   */
  public Range allocate(long bytes, LongConsumer onGrowth) {
    long needed = roundUp(Math.max(bytes, 1), ALIGNMENT);
    if (bytes < 0 || needed < bytes) {
      throw new IllegalArgumentException("cannot allocate " + bytes + " bytes");
    }
    var free = smallestHolding(needed);
    if (free == null) {
      grow(needed, onGrowth);
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

  /**
   * Grows by one chunk for as much as lacks {@code bytes} in all, before it is needed. Who then makes the
   * calls that took {@code bytes} {@linkplain #inOnePiece in one piece} finds the same places.
   *
   * @param onGrowth as in {@link #allocate}; not called where nothing lacks
   * @throws MemoryLimitException if growing would exceed the limit
   */
  public void reserve(long bytes, LongConsumer onGrowth) {
    long lacking = roundUp(Math.max(bytes - reservedBytes, 0), ALIGNMENT);
    if (lacking > limit - reservedBytes) {
      throw new MemoryLimitException(lacking + " bytes to be reserved beside " + reservedBytes
          + ", and the limit is " + limit + " bytes");
    }
    if (lacking > 0) {
      add(lacking, onGrowth);
    }
    smallestChunk = CHUNK_STEP;
  }

  /** Takes back a range that {@link #allocate} gave. */
  public void free(Range range) {
    addMerged(range);
    usedBytes -= range.bytes();
  }

  /** Refuses, from now on, to grow beyond {@code bytes} in all chunks together. */
  public void limit(long bytes) {
    limit = bytes;
  }

  /** What it has grown to. */
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
    return chunks.size();
  }

  private static int compareSizes(Range a, Range b) {
    int order = Long.compare(a.bytes, b.bytes);
    return order != 0 ? order : comparePlaces(a, b);
  }

  private static int comparePlaces(Range a, Range b) {
    int order = Integer.compare(a.chunk, b.chunk);
    return order != 0 ? order : Long.compare(a.offset, b.offset);
  }

  private void grow(long needed, LongConsumer onGrowth) {
    long available = limit - reservedBytes;
    long lacking = onePiece && !ends.isEmpty() ? needed - ends.first().bytes() : needed;
    if (lacking > available) {
      throw new MemoryLimitException(needed + " bytes asked for; " + usedBytes + " of " + reservedBytes
          + " reserved bytes are in use, no gap is large enough, and the limit is " + limit + " bytes");
    }
    long chunk = Math.max(smallestChunk, roundUp(needed, CHUNK_STEP));
    add(onePiece ? lacking : Math.min(chunk, available / ALIGNMENT * ALIGNMENT), onGrowth);
  }

  private void add(long bytes, LongConsumer onGrowth) {
    onGrowth.accept(bytes);
    long offset = 0;
    if (onePiece && !chunks.isEmpty()) {
      offset = chunks.removeLast();
    }
    chunks.add(offset + bytes);
    reservedBytes += bytes;
    addMerged(new Range(chunks.size() - 1, offset, bytes));
  }

  private Range smallestHolding(long bytes) {
    var least = new Range(0, 0, bytes);
    var gap = gaps.ceiling(least);
    return gap != null ? gap : ends.ceiling(least);
  }

  private void addMerged(Range range) {
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
  }

  private void addFree(Range range) {
    (isEnd(range) ? ends : gaps).add(range);
    freeByPlace.add(range);
  }

  private boolean isEnd(Range range) {
    return range.offset() + range.bytes() == chunks.get(range.chunk());
  }

  private void removeFree(Range range) {
    if (!gaps.remove(range)) {
      ends.remove(range);
    }
    freeByPlace.remove(range);
  }

  private static long roundUp(long bytes, long multiple) {
    return (bytes + multiple - 1) / multiple * multiple;
  }
}
