package linnet.sft.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * The merges of a byte-pair model: which pairs of ids merge, how early, into what. Several merges may be of
 * one rank; then the leftmost in a word goes first. Pairs are found by linear probing.
 */
final class MergeTable {
  /** One merge of two ids into a third. */
  record Merge(int left, int right, int merged) {}

  private static final long EMPTY = -1;
  private final int[] lefts;
  private final int[] rights;
  private final int[] merged;
  private final int[] ranks;
  private final long[] pairs;
  private final int[] indices;
  private final int mask;

  private MergeTable(Builder builder) {
    lefts = builder.lefts.toArray();
    rights = builder.rights.toArray();
    merged = builder.merged.toArray();
    ranks = builder.ranks.toArray();
    int capacity = Integer.highestOneBit(Math.max(merged.length, 4)) * 4;
    pairs = new long[capacity];
    indices = new int[capacity];
    mask = capacity - 1;
    Arrays.fill(pairs, EMPTY);
    for (int i = 0; i < merged.length; i++) {
      int slot = slot(pair(lefts[i], rights[i]));
      pairs[slot] = pair(lefts[i], rights[i]);
      indices[slot] = i;
    }
  }

  /** A table of merges in the order of their ranks; where a pair occurs twice, the later one counts. */
  static MergeTable of(List<Merge> merges) {
    var builder = new Builder();
    merges.forEach(merge -> builder.add(merge.left, merge.right, merge.merged));
    return builder.build();
  }

  /** Collects merges. */
  static final class Builder {
    private final IntArray lefts = new IntArray(0);
    private final IntArray rights = new IntArray(0);
    private final IntArray merged = new IntArray(0);
    private final IntArray ranks = new IntArray(0);

    /** Adds a merge of the next rank. */
    void add(int left, int right, int into) {
      add(left, right, into, ranks.size());
    }

    /** Adds a merge of a rank. */
    void add(int left, int right, int into, int rank) {
      lefts.add(left);
      rights.add(right);
      merged.add(into);
      ranks.add(rank);
    }

    MergeTable build() {
      return new MergeTable(this);
    }
  }

  /** The number of merges. */
  int size() {
    return merged.length;
  }

  /** A merge. */
  Merge get(int index) {
    return new Merge(lefts[index], rights[index], merged[index]);
  }

  /** The index of the merge of a pair, or -1 where it does not merge. */
  int find(int left, int right) {
    int slot = slot(pair(left, right));
    return pairs[slot] == EMPTY ? -1 : indices[slot];
  }

  /** How early a merge goes. */
  int rank(int index) {
    return ranks[index];
  }

  /** The id that a merge gives. */
  int merged(int index) {
    return merged[index];
  }

  private int slot(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (pairs[slot] != EMPTY && pairs[slot] != pair) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }
}
