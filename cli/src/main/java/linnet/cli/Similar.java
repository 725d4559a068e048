package linnet.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a mistyped word was meant to be. */
final class Similar {
  private static final int LETTERS_PER_MISTAKE = 3;

  private Similar() {}

  /** The name nearest to a word, if it is near enough. */
  static Optional<String> to(String word, Collection<String> names) {
    return names.stream().filter(name -> distance(word, name) <= (name.length() + 1) / LETTERS_PER_MISTAKE)
        .min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /** Levenshtein's distance: letters to insert, delete or replace. */
  private static int distance(String a, String b) {
    var row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
