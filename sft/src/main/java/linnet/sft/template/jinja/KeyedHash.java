package linnet.sft.template.jinja;

import java.util.SplittableRandom;

/**
 * Hashes that nobody can predict. With Java's own a template could make a dictionary of keys that all have
 * one, and finding a key would take as long as looking at each.
 */
final class KeyedHash {
  private static final int KEY = new SplittableRandom().nextInt();
  private static final int MULTIPLIER = new SplittableRandom().nextInt() | 1;

  private KeyedHash() {}

  static int of(String text) {
    int hash = KEY;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * MULTIPLIER;
    }
    return mixed(hash);
  }

  static int of(int hash) {
    return mixed((hash ^ KEY) * MULTIPLIER);
  }

  /** The multiplication moves differences to higher bits alone, and tables look at the lower ones. */
  private static int mixed(int hash) {
    int folded = (hash ^ hash >>> 16) * MULTIPLIER;
    return folded ^ folded >>> 15;
  }
}
