package linnet.sft.tokenizer;

import java.util.Arrays;

/**
 * The symbols of one word while they merge: a linked list over arrays and a heap of the pairs that can merge,
 * earliest rank first, leftmost first among equals. A word of n symbols takes O(n log n) time.
 */
final class Symbols {
  private int[] ids;
  private int[] firsts;
  private int[] lasts;
  private int[] next;
  private int[] previous;
  private int size;
  private long[] heap;
  private int heapSize;

  /** About so many symbols. */
  Symbols(int expected) {
    int capacity = expected + 8;
    ids = new int[capacity];
    firsts = new int[capacity];
    lasts = new int[capacity];
    next = new int[capacity];
    previous = new int[capacity];
  }

  /** Adds a symbol that stands for the units from {@code first} to {@code last} (exclusive). */
  void add(int id, int first, int last) {
    if (size == ids.length) {
      grow();
    }
    ids[size] = id;
    firsts[size] = first;
    lasts[size] = last;
    next[size] = size + 1;
    previous[size] = size - 1;
    size++;
  }

  private void grow() {
    ids = Arrays.copyOf(ids, 2 * size);
    firsts = Arrays.copyOf(firsts, 2 * size);
    lasts = Arrays.copyOf(lasts, 2 * size);
    next = Arrays.copyOf(next, 2 * size);
    previous = Arrays.copyOf(previous, 2 * size);
  }

  /** Merges pairs until none is left that the table knows. */
  void mergeAll(MergeTable merges) {
    heap = new long[Math.max(size, 2)];
    for (int i = 0; i + 1 < size; i++) {
      offer(merges, i, i + 1);
    }
    while (heapSize > 0) {
      long top = poll();
      int rank = (int) (top >>> 32);
      int left = (int) top;
      int right = ids[left] < 0 ? size : next[left];
      int found = right < size ? merges.find(ids[left], ids[right]) : -1;
      if (found >= 0 && merges.rank(found) == rank) {
        merge(merges, left, right, merges.merged(found));
      }
    }
  }

  private void merge(MergeTable merges, int left, int right, int id) {
    ids[left] = id;
    ids[right] = -1;
    lasts[left] = lasts[right];
    int after = next[right];
    next[left] = after;
    if (after < size) {
      previous[after] = left;
      offer(merges, left, after);
    }
    if (previous[left] >= 0) {
      offer(merges, previous[left], left);
    }
  }

  /** What is left, with ranges relative to the start of the word. */
  Word toWord() {
    int count = 0;
    for (int i = 0; i < size; i = next[i]) {
      count++;
    }
    var word = new Word(new int[count], new int[count], new int[count]);
    for (int i = 0, n = 0; i < size; i = next[i], n++) {
      word.ids()[n] = ids[i];
      word.starts()[n] = firsts[i];
      word.ends()[n] = lasts[i];
    }
    return word;
  }

  private void offer(MergeTable merges, int left, int right) {
    int found = merges.find(ids[left], ids[right]);
    if (found < 0) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    long entry = (long) merges.rank(found) << 32 | left;
    int at = heapSize++;
    while (at > 0 && heap[at - 1 >> 1] > entry) {
      heap[at] = heap[at - 1 >> 1];
      at = at - 1 >> 1;
    }
    heap[at] = entry;
  }

  private long poll() {
    long top = heap[0];
    long last = heap[--heapSize];
    int at = 0;
    for (int child = 1; child < heapSize; child = 2 * at + 1) {
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
