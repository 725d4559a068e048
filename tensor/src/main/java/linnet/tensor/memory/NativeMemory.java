package linnet.tensor.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import linnet.tensor.MemoryLimitException;

/**
 * A backend's pool of native memory, shared by its scopes and threads. Chunks are asked of the system when
 * nothing free is large enough, and given back when the pool is closed, not before.
 */
public final class NativeMemory implements AutoCloseable {
  /**
   * Memory that was handed out.
   *
   * @param segment of exactly as many bytes as were asked for, aligned to {@link Region#ALIGNMENT}; not
   *     zeroed
   * @param range its place in the pool
   */
  public record Block(MemorySegment segment, Region.Range range) {}

  /** Those that work on {@link #reserve}. */
  public interface Threads {
    /** Runs {@code task} for each number in [0, tasks) and returns when all are done. */
    void run(int tasks, IntConsumer task);

    /** The caller's alone. */
    Threads ONE = (tasks, task) -> IntStream.range(0, tasks).forEach(task);
  }

  private final List<Arena> arenas = new ArrayList<>();
  private final Region region = Region.inChunks();
  private final List<MemorySegment> chunks = new ArrayList<>();

  /**
   * Hands out {@code bytes} bytes.
   *
   * @throws MemoryLimitException if that needs a new chunk, and the limit or the system refuses it
   */
  public synchronized Block allocate(long bytes) {
    var range = region.allocate(bytes, growth -> grow(List.of(growth), Threads.ONE));
    return new Block(chunks.get(range.chunk()).asSlice(range.offset(), bytes), range);
  }

  /** Takes back what {@link #allocate} handed out. */
  public synchronized void free(Block block) {
    region.free(block.range());
  }

  /**
   * Asks the system for chunks as {@link Region#reserve} says. Memory comes zeroed, page by page, which takes
   * a large part of a second for a gibibyte, so the threads share the chunks.
   *
   * @throws MemoryLimitException if the limit or the system refuses it
   */
  public synchronized void reserve(List<Long> sizes, Threads threads) {
    region.reserve(sizes, lacking -> grow(lacking, threads));
  }

  /** Refuses, from now on, to let {@link #reservedBytes} exceed {@code bytes}. */
  public synchronized void limit(long bytes) {
    region.limit(bytes);
  }

  /** Bytes of all chunks. */
  public synchronized long reservedBytes() {
    return region.reservedBytes();
  }

  /** The most bytes that were handed out at once. */
  public synchronized long peakBytes() {
    return region.peakBytes();
  }

  /** Gives all chunks back to the system; segments that were handed out throw from now on. */
  @Override
  public void close() {
    arenas.forEach(Arena::close);
  }

  /** All of the new chunks or, where the system refuses one, none. */
  private void grow(List<Long> sizes, Threads threads) {
    var arena = Arena.ofShared();
    var added = new MemorySegment[sizes.size()];
    try {
      threads.run(added.length, i -> added[i] = chunk(arena, sizes.get(i)));
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    arenas.add(arena);
    chunks.addAll(List.of(added));
  }

  private MemorySegment chunk(Arena arena, long bytes) {
    try {
      return arena.allocate(bytes, Region.ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new MemoryLimitException("the system refused " + bytes + " bytes; " + region.reservedBytes()
          + " were reserved before this request (" + e.getMessage() + "): end other programs, or ask for less");
    }
  }
}
