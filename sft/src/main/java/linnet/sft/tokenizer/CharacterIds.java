package linnet.sft.tokenizer;

import java.util.Arrays;

/** The ids of tokens that are a single character between a prefix and a suffix, by linear probing. */
final class CharacterIds {
  private static final int UNKNOWN = -1;
  private static final int DIRECT = 256;
  private final int[] direct = new int[DIRECT];
  private final int[] characters;
  private final int[] ids;
  private final int mask;

  CharacterIds(Vocabulary vocabulary, String prefix, String suffix) {
    var found = new IntArray(DIRECT);
    for (var token : vocabulary.tokens()) {
      int c = character(token, prefix, suffix);
      if (c >= 0) {
        found.add(c);
      }
    }
    int capacity = Integer.highestOneBit(Math.max(found.size(), 4)) * 4;
    characters = new int[capacity];
    ids = new int[capacity];
    mask = capacity - 1;
    Arrays.fill(characters, UNKNOWN);
    Arrays.fill(direct, UNKNOWN);
    for (int i = 0; i < found.size(); i++) {
      int c = found.get(i);
      int id = vocabulary.id(prefix + Character.toString(c) + suffix).orElseThrow();
      int slot = slot(c);
      characters[slot] = c;
      ids[slot] = id;
      if (c < DIRECT) {
        direct[c] = id;
      }
    }
  }

  /** The id of a character, or -1. */
  int get(int c) {
    if (c < DIRECT) {
      return direct[c];
    }
    int slot = slot(c);
    return characters[slot] == UNKNOWN ? UNKNOWN : ids[slot];
  }

  private int slot(int c) {
    int slot = c * 0x9E3779B9 >>> 8 & mask;
    while (characters[slot] != UNKNOWN && characters[slot] != c) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static int character(String token, String prefix, String suffix) {
    int affixes = prefix.length() + suffix.length();
    if (token == null || token.length() <= affixes || token.length() > affixes + 2
        || !token.startsWith(prefix) || !token.endsWith(suffix)) {
      return UNKNOWN;
    }
    int c = token.codePointAt(prefix.length());
    return Character.charCount(c) + affixes == token.length() ? c : UNKNOWN;
  }
}
