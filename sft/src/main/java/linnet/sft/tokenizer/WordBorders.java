package linnet.sft.tokenizer;

import java.util.Arrays;

/**
 * Where a text of characters can be cut before it is merged: between two known characters that no merge ever
 * brings together, such as the end of a word and the visible space of the next. The parts then merge as the
 * whole would, and come again, so their tokens need not be found again. A tokenizer without pre-tokenizer,
 * as SentencePiece's are, thus encodes word by word instead of text by text.
 */
final class WordBorders {
  /** There is none. */
  static final WordBorders NONE = new WordBorders(null, new long[0], 0);

  private static final int ASCII = 128;
  private static final long EMPTY = -1;
  private final CharacterIds characters;
  private final boolean[] asciiJoins = new boolean[ASCII * ASCII];
  private final long[] joins;
  private final int mask;

  private WordBorders(CharacterIds characters, long[] joins, int mask) {
    this.characters = characters;
    this.joins = joins;
    this.mask = mask;
  }

  /** The borders that the merges of a vocabulary leave. */
  static WordBorders of(Vocabulary vocabulary, MergeTable merges, CharacterIds characters) {
    var joins = new long[16];
    Arrays.fill(joins, EMPTY);
    int used = 0;
    var borders = new WordBorders(characters, joins, joins.length - 1);
    for (int i = 0; i < merges.size(); i++) {
      var merge = merges.get(i);
      String left = vocabulary.token(merge.left());
      String right = vocabulary.token(merge.right());
      if (left.isEmpty() || right.isEmpty()) {
        continue;
      }
      int a = left.codePointBefore(left.length());
      int b = right.codePointAt(0);
      if (a < ASCII && b < ASCII) {
        borders.asciiJoins[a * ASCII + b] = true;
      }
      int slot = borders.slot(pair(a, b));
      if (borders.joins[slot] == EMPTY) {
        borders.joins[slot] = pair(a, b);
        if (++used * 2 > borders.joins.length) {
          borders = borders.larger();
        }
      }
    }
    return borders;
  }

  private WordBorders larger() {
    var more = new long[2 * joins.length];
    Arrays.fill(more, EMPTY);
    var larger = new WordBorders(characters, more, more.length - 1);
    System.arraycopy(asciiJoins, 0, larger.asciiJoins, 0, asciiJoins.length);
    for (long pair : joins) {
      if (pair != EMPTY) {
        larger.joins[larger.slot(pair)] = pair;
      }
    }
    return larger;
  }

  /** The next border after an index, or the end. */
  int next(String s, int from, int to) {
    if (characters == null) {
      return to;
    }
    int a = s.codePointAt(from);
    for (int i = from + Character.charCount(a); i < to; ) {
      int b = s.codePointAt(i);
      if (!joins(a, b) && characters.get(a) >= 0 && characters.get(b) >= 0) {
        return i;
      }
      i += Character.charCount(b);
      a = b;
    }
    return to;
  }

  private boolean joins(int a, int b) {
    return a < ASCII && b < ASCII ? asciiJoins[a * ASCII + b] : joins[slot(pair(a, b))] != EMPTY;
  }

  private int slot(long pair) {
    int slot = (int) (pair * 0x9E3779B97F4A7C15L >>> 32) & mask;
    while (joins[slot] != EMPTY && joins[slot] != pair) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static long pair(int a, int b) {
    return (long) a << 32 | b;
  }
}
