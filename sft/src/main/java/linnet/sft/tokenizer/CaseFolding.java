package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Texts and sets of characters in any case, as Oniguruma understands it: by the full case folding of Unicode, with
 * which {@code ß} is {@code ss}. Java's {@code (?i)} folds characters one by one, and {@code ı} to {@code i}.
 */
final class CaseFolding {
  /** The characters that fold to something else, by what they fold to: one to three characters. */
  private static final Map<String, List<Integer>> UNFOLDED = unfolded();
  private static final int LONGEST = 3;
  /** No character above has a case. */
  private static final int LAST = 0x1FFFF;

  private CaseFolding() {}

  /** Makes the table, before anything is read so deep that no stack is left for it. */
  static void load() {}

  private static Map<String, List<Integer>> unfolded() {
    var unfolded = new LinkedHashMap<String, List<Integer>>();
    for (int c = 0; c <= LAST; c++) {
      if (Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c)) {
        var fold = fold(c);
        if (!fold.equals(Character.toString(c))) {
          unfolded.computeIfAbsent(fold, _ -> new ArrayList<>()).add(c);
        }
      }
    }
    return unfolded;
  }

  /** What a character folds to. */
  private static String fold(int c) {
    var text = Character.toString(c);
    return c == 'ı' ? text
        : text.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /**
   * Writes a text in any case. From its start on, each run of characters to which a single one folds stands for that
   * one, too; the longest first, and never two that overlap.
   *
   * @param behind whether in a look-behind, where every character stands for single ones alone
   */
  static void write(String text, StringBuilder out, boolean behind) {
    var rest = text.codePoints().boxed().toList();
    while (!rest.isEmpty()) {
      int taken = behind ? 1 : taken(rest);
      var fold = taken == 1 ? fold(rest.getFirst()) : simple(rest.subList(0, taken));
      out.append(behind || length(fold) == 1 ? alike(fold) : "(?:" + string(fold) + "|" + alike(fold) + ")");
      rest = rest.subList(taken, rest.size());
    }
  }

  private static int taken(List<Integer> text) {
    int taken = Math.min(LONGEST, text.size());
    while (taken > 1 && !UNFOLDED.containsKey(simple(text.subList(0, taken)))) {
      taken--;
    }
    return taken;
  }

  /** A text with its characters folded that fold to a single one. */
  private static String simple(List<Integer> text) {
    return text.stream().map(c -> length(fold(c)) == 1 ? fold(c) : Character.toString(c)).collect(Collectors.joining());
  }

  /** The characters of one folding, in Java's words. */
  private static String alike(String fold) {
    var all = members(fold).stream().map(OnigurumaClasses::quote).toList();
    return all.size() == 1 ? all.getFirst() : "[" + String.join("", all) + "]";
  }

  private static List<Integer> members(String fold) {
    var members = new ArrayList<>(UNFOLDED.getOrDefault(fold, List.of()));
    if (length(fold) == 1) {
      members.addFirst(fold.codePointAt(0));
    }
    return members;
  }

  /** Each character of what several fold to, in any case. */
  private static String string(String fold) {
    return fold.codePoints().mapToObj(c -> alike(Character.toString(c))).collect(Collectors.joining());
  }

  /** The members of a set, between brackets, with what is the same in another case. */
  static String close(String members) {
    var set = OnigurumaRegex.compileJava("[" + members + "]").asMatchPredicate();
    var closed = new StringBuilder("[" + members + "]"); // or what follows would belong to the last part of a &&
    for (var fold : UNFOLDED.keySet()) {
      var alike = members(fold).stream().collect(Collectors.partitioningBy(c -> set.test(Character.toString(c))));
      if (!alike.get(true).isEmpty()) {
        alike.get(false).forEach(c -> closed.append(OnigurumaClasses.quote(c)));
      }
    }
    return closed.toString();
  }

  /** What the members of a set fold to where it is several characters, in any case. */
  static List<String> strings(String members) {
    var set = OnigurumaRegex.compileJava("[" + members + "]").asMatchPredicate();
    return UNFOLDED.entrySet().stream()
        .filter(e -> length(e.getKey()) > 1 && set.test(Character.toString(e.getValue().getFirst())))
        .sorted(Comparator.comparingInt(e -> length(e.getKey()))).map(e -> string(e.getKey())).toList();
  }
}
