package linnet.sft.template.jinja;

import java.util.Arrays;

/**
 * Which parts of a text came from where: disjoint runs {@code [start, end)} in UTF-16 units, in order, each
 * with a label of the caller's, and whether a {@code generation} block made it. Concatenating and cutting
 * texts keeps the runs exact; operations that rewrite a text give the whole result the first label they met.
 */
final class Origins {
  static final Origins NONE = new Origins(new int[0]);

  /** What a generation block made without input; what it made of label k is stored as GENERATION − 1 − k. */
  private static final int GENERATION = -1;

  private static final int WIDTH = 3;

  private final int[] runs;

  private Origins(int[] runs) {
    this.runs = runs;
  }

  static Origins all(int length, int label) {
    return length == 0 ? NONE : new Origins(new int[] {0, length, label});
  }

  boolean isEmpty() {
    return runs.length == 0;
  }

  int count() {
    return runs.length / WIDTH;
  }

  int start(int run) {
    return runs[run * WIDTH];
  }

  int end(int run) {
    return runs[run * WIDTH + 1];
  }

  /** The caller's label, or a negative number where there is none. */
  int label(int run) {
    var stored = stored(run);
    return stored < GENERATION ? GENERATION - 1 - stored : stored;
  }

  /** Whether a generation block made this run. */
  boolean isGeneration(int run) {
    return stored(run) <= GENERATION;
  }

  private int stored(int run) {
    return runs[run * WIDTH + 2];
  }

  /** These runs as a part of what a generation block made: all of a text of this length. */
  Origins generation(int length) {
    var marked = new Builder();
    var at = 0;
    for (var i = 0; i < count(); i++) {
      marked.add(at, start(i), GENERATION);
      marked.add(start(i), end(i), isGeneration(i) ? stored(i) : GENERATION - 1 - stored(i));
      at = end(i);
    }
    marked.add(at, length, GENERATION);
    return marked.build();
  }

  /** These runs over the whole of a text that was rewritten. */
  Origins smeared(int length) {
    return isEmpty() ? NONE : all(length, stored(0));
  }

  /** The runs within {@code [from, to)}, counted from {@code from}. */
  Origins slice(int from, int to) {
    if (isEmpty()) {
      return NONE;
    }
    var first = firstEndingAfter(from);
    var last = first;
    while (last < count() && start(last) < to) {
      last++;
    }
    if (first == last || from == to) {
      return NONE;
    }
    var kept = Arrays.copyOfRange(runs, first * WIDTH, last * WIDTH);
    for (var i = 0; i < kept.length; i += WIDTH) {
      kept[i] = Math.max(kept[i], from) - from;
      kept[i + 1] = Math.min(kept[i + 1], to) - from;
    }
    return new Origins(kept);
  }

  private int firstEndingAfter(int offset) {
    var low = 0;
    for (var high = count(); low < high;) {
      var middle = (low + high) >>> 1;
      if (end(middle) > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Collects runs while a text is put together; neighbours of one label become one run. */
  static final class Builder {
    private int[] runs = new int[0];
    private int size;

    void add(int offset, Origins more) {
      for (var i = 0; i < more.count(); i++) {
        add(offset + more.start(i), offset + more.end(i), more.stored(i));
      }
    }

    private void add(int start, int end, int label) {
      if (start == end) {
        return;
      }
      if (size > 0 && runs[size - 2] == start && runs[size - 1] == label) {
        runs[size - 2] = end;
        return;
      }
      if (size == runs.length) {
        runs = Arrays.copyOf(runs, Math.max(4 * WIDTH, size * 2));
      }
      runs[size] = start;
      runs[size + 1] = end;
      runs[size + 2] = label;
      size += WIDTH;
    }

    Origins build() {
      return size == 0 ? NONE : new Origins(Arrays.copyOf(runs, size));
    }
  }
}
