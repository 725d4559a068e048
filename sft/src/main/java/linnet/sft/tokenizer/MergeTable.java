package linnet.sft.tokenizer;

import java.util.Arrays;
import java.util.List;

/** The merges of a byte-pair model: which pairs of ids merge, how early, into what. Linear probing. */
final class MergeTable {
  /** One merge of two ids into a third. */
  record Merge(int left, int right, int merged) {}

  private static final long EMPTY = -1;
  private final long[] pairs;
  private final int[] ranks;
  private final int[] merged;
  private final int mask;

  /** Where a pair occurs twice, the later rank counts. */
  MergeTable(List<Merge> merges) {
    int capacity = Integer.highestOneBit(Math.max(merges.size(), 4)) * 4;
    pairs = new long[capacity];
    ranks = new int[capacity];
    merged = new int[merges.size()];
    mask = capacity - 1;
    Arrays.fill(pairs, EMPTY);
    for (int rank = 0; rank < merged.length; rank++) {
      var merge = merges.get(rank);
      int slot = slot(pair(merge.left, merge.right));
      pairs[slot] = pair(merge.left, merge.right);
      ranks[slot] = rank;
      merged[rank] = merge.merged;
    }
  }

  /** The rank of a pair, or -1 where it does not merge. */
  int rank(int left, int right) {
    int slot = slot(pair(left, right));
    return pairs[slot] == EMPTY ? -1 : ranks[slot];
  }

  /** The id that the merge of a rank gives. */
  int merged(int rank) {
    return merged[rank];
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
