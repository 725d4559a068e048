package linnet.cli;

import java.util.Locale;

/** Numbers with the noun they count. */
final class Counted {
  private Counted() {}

  /** For example {@code 1 row} or {@code 7,473 rows}. */
  static String of(long count, String noun) {
    return String.format(Locale.US, count == 1 ? "%,d %s" : "%,d %ss", count, noun);
  }
}
