package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/** The words that a tokenizer is learnt from, and how often each pair of neighbours occurs in them. */
final class PairCounts {
  /** A pair and how often it occurs. */
  record Candidate(long count, int left, int right) {}

  private record Pair(int left, int right) {}

  private static final class Occurrences {
    private long count;
    private final IntArray words = new IntArray(4);
  }

  private static final Comparator<Candidate> MOST_FREQUENT = Comparator.comparingLong(Candidate::count)
      .reversed().thenComparingInt(Candidate::left).thenComparingInt(Candidate::right);

  private final List<int[]> words = new ArrayList<>();
  private final List<Long> frequencies = new ArrayList<>();
  private final Map<Pair, Occurrences> pairs = new HashMap<>();
  private PriorityQueue<Candidate> queue;

  /** Adds a word that occurs so often. */
  void addWord(int[] symbols, long frequency) {
    words.add(symbols);
    frequencies.add(frequency);
    for (int i = 0; i + 1 < symbols.length; i++) {
      count(new Pair(symbols[i], symbols[i + 1]), frequency).words.add(words.size() - 1);
    }
  }

  /** The pair that merges next; counts in the queue may be too high and are put right on the way. */
  Optional<Candidate> mostFrequent() {
    if (queue == null) {
      queue = new PriorityQueue<>(MOST_FREQUENT);
      pairs.forEach(this::offer);
    }
    while (!queue.isEmpty()) {
      var top = queue.poll();
      var pair = new Pair(top.left(), top.right());
      long count = pairs.get(pair).count;
      if (top.count() == count) {
        return Optional.of(top);
      }
      offer(pair, pairs.get(pair));
    }
    return Optional.empty();
  }

  /** Merges a pair wherever it occurs, from the left. */
  void merge(int left, int right, int merged) {
    var changed = new HashMap<Pair, Occurrences>();
    var found = pairs.get(new Pair(left, right)).words;
    int last = -1;
    for (int i = 0; i < found.size(); i++) {
      int word = found.get(i);
      if (word != last) {
        mergeWord(word, left, right, merged, changed);
        last = word;
      }
    }
    changed.forEach(this::offer);
  }

  private void mergeWord(int word, int left, int right, int merged, Map<Pair, Occurrences> changed) {
    var before = words.get(word);
    var after = new IntArray(before.length);
    for (int i = 0; i < before.length; i++) {
      boolean match = before[i] == left && i + 1 < before.length && before[i + 1] == right;
      after.add(match ? merged : before[i]);
      i += match ? 1 : 0;
    }
    if (after.size() == before.length) {
      return;
    }
    long frequency = frequencies.get(word);
    var symbols = after.toArray();
    words.set(word, symbols);
    for (int i = 0; i + 1 < before.length; i++) {
      count(new Pair(before[i], before[i + 1]), -frequency);
    }
    for (int i = 0; i + 1 < symbols.length; i++) {
      var pair = new Pair(symbols[i], symbols[i + 1]);
      var occurrences = count(pair, frequency);
      if (symbols[i] == merged || symbols[i + 1] == merged) {
        occurrences.words.add(word);
        changed.put(pair, occurrences);
      }
    }
  }

  private Occurrences count(Pair pair, long change) {
    var occurrences = pairs.computeIfAbsent(pair, _ -> new Occurrences());
    occurrences.count += change;
    return occurrences;
  }

  private void offer(Pair pair, Occurrences occurrences) {
    if (occurrences.count > 0) {
      queue.add(new Candidate(occurrences.count, pair.left, pair.right));
    }
  }
}
