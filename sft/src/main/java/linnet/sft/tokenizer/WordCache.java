package linnet.sft.tokenizer;

/**
 * Remembers the tokens of words that occurred, one per slot; another word of the same slot takes its place.
 * Any number of threads may use it without locks: an entry is immutable with final fields, so a racing reader
 * sees it whole or not at all, and at worst a word is merged again.
 */
final class WordCache {
  private static final int SLOTS = 1 << 15;
  private static final int LONGEST = 48;

  private record Entry(String chars, Word word) {}

  private final Entry[] entries = new Entry[SLOTS];

  /** The tokens of the word from one index to another, or null where they are not known. */
  Word get(String s, int from, int to) {
    if (to - from > LONGEST) {
      return null;
    }
    var entry = entries[slot(s, from, to)];
    return entry != null && entry.chars.length() == to - from && s.startsWith(entry.chars, from)
        ? entry.word : null;
  }

  /** Remembers the tokens of a word, if it is of a length that occurs again. */
  void put(String s, int from, int to, Word word) {
    if (to - from <= LONGEST) {
      entries[slot(s, from, to)] = new Entry(s.substring(from, to), word);
    }
  }

  private static int slot(String s, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + s.charAt(i);
    }
    hash *= 0x9E3779B9;
    return hash >>> 32 - Integer.numberOfTrailingZeros(SLOTS);
  }
}
