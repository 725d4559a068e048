package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.List;
import linnet.sft.tokenizer.OnigurumaNode.Atom;

/**
 * A set of characters in brackets.
 *
 * @param members what it holds or, if negated, does not hold, as Java writes it between brackets
 */
record OnigurumaBracket(String members, boolean negated) {
  private static final String NOTHING = "[^\\x{0}-\\x{10FFFF}]";

  /** What stands before a hyphen decides what it means. */
  private enum Before {
    /** Nothing. */
    START,
    /** A character, with which a range may begin. */
    CHARACTER,
    /** A class of characters, with which none may. */
    CLASS,
    /** A range or a set. */
    COMPLETE
  }

  /** Reads what follows an opening bracket. */
  static OnigurumaBracket read(OnigurumaScanner in) {
    in.enter();
    boolean negated = in.accept("^");
    var sets = new ArrayList<String>();
    do {
      sets.add(union(in, sets.isEmpty()));
    } while (in.accept("&&"));
    in.accept("]");
    in.leave();
    return new OnigurumaBracket(sets.size() == 1 ? sets.getFirst() : "[" + String.join("]&&[", sets) + "]", negated);
  }

  /** All up to {@code &&} or the closing bracket, which is a character where it comes first. */
  private static String union(OnigurumaScanner in, boolean first) {
    var out = new StringBuilder();
    var before = Before.START;
    if (first && in.accept("]")) {
      if (!in.hasUnescaped(']')) {
        throw in.error("expected a set that is not empty");
      }
      out.append("\\]");
      before = Before.CHARACTER;
    }
    while (!ends(in)) {
      before = member(in, out, before);
    }
    return out.isEmpty() ? NOTHING : out.toString();
  }

  private static boolean ends(OnigurumaScanner in) {
    return in.sees("]") || in.sees("&&");
  }

  private static Before member(OnigurumaScanner in, StringBuilder out, Before before) {
    if (!in.accept("-")) {
      return single(in, out);
    }
    if (ends(in) || before == Before.START || before == Before.COMPLETE) {
      out.append("\\-");
      return Before.CHARACTER;
    }
    int start = in.mark() - 1;
    out.append('-');
    var last = before == Before.CLASS ? before : single(in, out);
    if (last == Before.COMPLETE) {
      throw in.lacks(start, "a range from a character to a set"); // of which Oniguruma takes the set alone
    }
    if (last == Before.CLASS) {
      throw in.error(start, "expected a range from a character to a character");
    }
    return Before.COMPLETE;
  }

  private static Before single(OnigurumaScanner in, StringBuilder out) {
    if (in.accept("[")) {
      var posix = OnigurumaClasses.posix(in);
      out.append(posix.orElseGet(() -> read(in).java()));
      return posix.isPresent() ? Before.CLASS : Before.COMPLETE;
    }
    int c = in.next("] behind a set of characters");
    if (c == '\\') {
      int letter = in.next("something behind a backslash");
      var named = OnigurumaClasses.escape(in, letter, true);
      if (named.isPresent()) {
        out.append(named.get());
        return Before.CLASS;
      }
      c = in.escaped(letter, true);
    }
    out.append(OnigurumaClasses.quote(c));
    return Before.CHARACTER;
  }

  /** In Java's words. */
  String java() {
    return (negated ? "[^" : "[") + members + "]";
  }

  /** In any case it holds the strings, too, to which its characters fold, such as {@code ss} with {@code ß}. */
  OnigurumaNode node(boolean anyCase) {
    if (!anyCase) {
      return new Atom(java());
    }
    var set = new OnigurumaBracket(CaseFolding.close(members), negated);
    var strings = negated ? List.<String>of() : CaseFolding.strings(set.members);
    return new Atom(strings.isEmpty() ? set.java() : "(?:" + set.java() + "|" + String.join("|", strings) + ")");
  }
}
