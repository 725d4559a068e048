package linnet.tensor;

import java.util.List;

/**
 * What a program's tensors need, found by running it on {@link Backends#planning}.
 *
 * @param peakBytes the most that is in use at once, in blocks of 64 bytes
 * @param chunks what the vector backend needs for that, gaps between tensors counted: the bytes of each chunk of
 *     its memory, see {@link Backend#reserve}
 * @param allocations what was allocated, largest first; equal ones are one entry
 */
public record MemoryPlan(long peakBytes, List<Long> chunks, List<Allocation> allocations) {
  /**
   * Allocations of one kind.
   *
   * @param dtype the element type
   * @param shape of each
   * @param scope the name of the scope they were allocated in
   * @param count how often, one after the other or at once
   */
  public record Allocation(DType dtype, Shape shape, String scope, long count) {
    /** The bytes of each. */
    public long bytes() {
      return dtype.bytes(shape.elements());
    }
  }

  /** Keeps its own lists. */
  public MemoryPlan {
    chunks = List.copyOf(chunks);
    allocations = List.copyOf(allocations);
  }

  /** The bytes of all chunks. */
  public long reservedBytes() {
    return chunks.stream().mapToLong(bytes -> bytes).sum();
  }
}
