package linnet.tensor.reference;

import linnet.tensor.MemoryLimitException;

/** How much heap the tensors of a backend hold: 8 bytes an element, whatever the dtype. */
final class HeapCount {
  private long bytes;
  private long limit = Long.MAX_VALUE;

  synchronized void add(long elements, String scope) {
    if (elements > Integer.MAX_VALUE - 8) {
      throw new MemoryLimitException("scope \"" + scope + "\": " + elements
          + " elements are more than an array of the reference backend holds; it is for small tensors");
    }
    long wanted = elements * 8;
    if (wanted > limit - bytes) {
      throw new MemoryLimitException("scope \"" + scope + "\": " + wanted + " bytes asked for, " + bytes
          + " in use, and the limit is " + limit);
    }
    bytes += wanted;
  }

  synchronized void remove(long elements) {
    bytes -= elements * 8;
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized void limit(long newLimit) {
    limit = newLimit;
  }
}
