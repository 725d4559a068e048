package linnet.examples.knights;

import java.util.ArrayList;
import java.util.function.BiPredicate;

/**
 * A set of the four ways in which two islanders can be knights and knaves.
 *
 * @param bits bit 2·a + b is set iff the first may be {@link Kind} number a and the second number b
 */
record Combinations(int bits) {
  static Combinations of(BiPredicate<Kind, Kind> possible) {
    int bits = 0;
    for (var a : Kind.values()) {
      for (var b : Kind.values()) {
        bits |= possible.test(a, b) ? bit(a, b) : 0;
      }
    }
    return new Combinations(bits);
  }

  private static int bit(Kind first, Kind second) {
    return 1 << (2 * first.ordinal() + second.ordinal());
  }

  /** What both sets hold. */
  Combinations and(Combinations other) {
    return new Combinations(bits & other.bits);
  }

  /** Whether it leaves one way. */
  boolean settled() {
    return Integer.bitCount(bits) == 1;
  }

  /** For example {@code knight knave or knave knave}; {@code nothing} for the empty set. */
  @Override
  public String toString() {
    var ways = new ArrayList<String>();
    for (var a : Kind.values()) {
      for (var b : Kind.values()) {
        if ((bits & bit(a, b)) != 0) {
          ways.add(a.word() + " " + b.word());
        }
      }
    }
    return ways.isEmpty() ? "nothing" : String.join(" or ", ways);
  }
}
