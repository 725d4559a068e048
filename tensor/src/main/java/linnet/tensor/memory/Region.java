package linnet.tensor.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import linnet.tensor.MemoryLimitException;

/**
 * Bookkeeping of what is free in growing memory: the smallest gap between others that is long enough, else
 * the free end of the first chunk where it is, ties to the first place; neighbours are merged when freed. The
 * outcome depends on the sequence of calls alone. Offsets and sizes are multiples of {@link #ALIGNMENT} bytes.
 * No memory is touched. Not thread-safe.
 */
public final class Region {
  /** Every range begins and ends at a multiple of this many bytes: a cache line, and the widest vector. */
  public static final int ALIGNMENT = 64;

  /**
   * What the size of chunks doubles up to, from the first of 4 MiB on, unless one request needs more, or what was to
   * be needed has been reserved.
   */
  private static final long CHUNK_BYTES = 64L << 20;

  /**
   * What a chunk on paper grows to, unless one request needs more: few enough for tensors to fit together,
   * and several, so that threads can ask the system for them side by side.
   */
  private static final long PAPER_CHUNK_BYTES = 256L << 20;

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
  public record Range(int chunk, long offset, long bytes) {
    private long end() {
      return offset + bytes;
    }
  }

  /** A chunk: beyond {@code top} all is free. */
  private static final class Chunk {
    private long bytes;
    private long top;

    Chunk(long bytes) {
      this.bytes = bytes;
    }
  }

  private final boolean onPaper;
  private final List<Chunk> chunks = new ArrayList<>();
  private final TreeSet<Range> gaps = new TreeSet<>(Region::compareSizes);
  private final TreeSet<Range> gapsByPlace = new TreeSet<>(Region::comparePlaces);
  private long smallestChunk = CHUNK_STEP;
  private long largestStep = CHUNK_BYTES;
  private long reservedBytes;
  private long usedBytes;
  private long peakBytes;
  private long limit = Long.MAX_VALUE;

  private Region(boolean onPaper) {
    this.onPaper = onPaper;
  }

  /** Grows by whole chunks, as real memory does. */
  public static Region inChunks() {
    return new Region(false);
  }

  /** Its chunks grow by just what is missing, as memory on paper can. */
  public static Region onPaper() {
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
    var gap = gaps.ceiling(new Range(0, 0, needed));
    var range = gap == null ? atAnEnd(needed, onGrowth) : in(gap, needed);
    usedBytes += needed;
    peakBytes = Math.max(peakBytes, usedBytes);
    return range;
  }

  /**
   * Grows by a chunk for each number, before they are needed. Who then makes the calls that made these chunks
   * {@linkplain #onPaper on paper} finds the same places. What is in use already counts as a part of the
   * first of these: it is to be what those calls began with, and to stay.
   *
   * @param sizes {@link #chunkSizes} of the calls on paper
   * @param onGrowth called with the sizes of the new chunks before they are counted; if it throws, nothing
   *     has changed
   * @throws MemoryLimitException if growing would exceed the limit
   */
  public void reserve(List<Long> sizes, Consumer<List<Long>> onGrowth) {
    var lacking = lacking(sizes);
    long sum = lacking.stream().mapToLong(size -> size).sum();
    if (sum > limit - reservedBytes) {
      throw new MemoryLimitException(sum + " bytes to be reserved beside " + reservedBytes
          + ", and the limit is " + limit + " bytes");
    }
    onGrowth.accept(lacking);
    lacking.forEach(this::add);
    smallestChunk = CHUNK_STEP;
    largestStep = CHUNK_STEP;
  }

  private List<Long> lacking(List<Long> sizes) {
    long there = usedBytes;
    var lacking = new ArrayList<Long>();
    for (long size : sizes) {
      long counted = Math.min(there, size);
      there -= counted;
      if (counted < size) {
        lacking.add(roundUp(size - counted, ALIGNMENT));
      }
    }
    return lacking;
  }

  /** Takes back a range that {@link #allocate} gave. */
  public void free(Range range) {
    var merged = range;
    var before = gapsByPlace.lower(range);
    if (before != null && before.chunk() == range.chunk() && before.end() == range.offset()) {
      removeGap(before);
      merged = new Range(range.chunk(), before.offset(), before.bytes() + range.bytes());
    }
    var after = gapsByPlace.higher(range);
    if (after != null && after.chunk() == range.chunk() && range.end() == after.offset()) {
      removeGap(after);
      merged = new Range(merged.chunk(), merged.offset(), merged.bytes() + after.bytes());
    }
    var chunk = chunks.get(range.chunk());
    if (merged.end() == chunk.top) {
      chunk.top = merged.offset();
    } else {
      addGap(merged);
    }
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

  /** The number of free ranges between others. */
  public int gaps() {
    return gaps.size();
  }

  /** The bytes of each chunk, in the order of growth. */
  public List<Long> chunkSizes() {
    return chunks.stream().map(chunk -> chunk.bytes).toList();
  }

  private static int compareSizes(Range a, Range b) {
    int order = Long.compare(a.bytes, b.bytes);
    return order != 0 ? order : comparePlaces(a, b);
  }

  private static int comparePlaces(Range a, Range b) {
    int order = Integer.compare(a.chunk, b.chunk);
    return order != 0 ? order : Long.compare(a.offset, b.offset);
  }

  private Range in(Range gap, long needed) {
    removeGap(gap);
    if (gap.bytes() > needed) {
      addGap(new Range(gap.chunk(), gap.offset() + needed, gap.bytes() - needed));
    }
    return new Range(gap.chunk(), gap.offset(), needed);
  }

  private Range atAnEnd(long needed, LongConsumer onGrowth) {
    for (int i = 0; i < chunks.size(); i++) {
      var chunk = chunks.get(i);
      long most = onPaper ? Math.max(chunk.bytes, PAPER_CHUNK_BYTES) : chunk.bytes;
      if (most - chunk.top >= needed) {
        lengthen(chunk, chunk.top + needed, needed, onGrowth);
        return atEnd(i, needed);
      }
    }
    requireBelowLimit(needed, needed);
    long bytes = onPaper ? needed : Math.min(Math.max(smallestChunk, roundUp(needed, CHUNK_STEP)),
        (limit - reservedBytes) / ALIGNMENT * ALIGNMENT);
    onGrowth.accept(bytes);
    add(bytes);
    smallestChunk = Math.min(2 * smallestChunk, largestStep);
    return atEnd(chunks.size() - 1, needed);
  }

  private void lengthen(Chunk chunk, long bytes, long needed, LongConsumer onGrowth) {
    long growth = bytes - chunk.bytes;
    if (growth > 0) {
      requireBelowLimit(growth, needed);
      onGrowth.accept(growth);
      chunk.bytes = bytes;
      reservedBytes += growth;
    }
  }

  private Range atEnd(int index, long needed) {
    var chunk = chunks.get(index);
    long offset = chunk.top;
    chunk.top += needed;
    return new Range(index, offset, needed);
  }

  private void requireBelowLimit(long growth, long needed) {
    if (growth > limit - reservedBytes) {
      throw new MemoryLimitException(needed + " bytes asked for; " + usedBytes + " of " + reservedBytes
          + " reserved bytes are in use, no gap is large enough, and the limit is " + limit + " bytes");
    }
  }

  private void add(long bytes) {
    chunks.add(new Chunk(bytes));
    reservedBytes += bytes;
  }

  private void addGap(Range range) {
    gaps.add(range);
    gapsByPlace.add(range);
  }

  private void removeGap(Range range) {
    gaps.remove(range);
    gapsByPlace.remove(range);
  }

  private static long roundUp(long bytes, long multiple) {
    return (bytes + multiple - 1) / multiple * multiple;
  }
}
