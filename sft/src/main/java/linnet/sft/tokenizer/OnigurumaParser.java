package linnet.sft.tokenizer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import linnet.sft.tokenizer.OnigurumaNode.Alternatives;
import linnet.sft.tokenizer.OnigurumaNode.Anchor;
import linnet.sft.tokenizer.OnigurumaNode.Atom;
import linnet.sft.tokenizer.OnigurumaNode.Group;
import linnet.sft.tokenizer.OnigurumaNode.Look;
import linnet.sft.tokenizer.OnigurumaNode.Mode;
import linnet.sft.tokenizer.OnigurumaNode.Repeat;
import linnet.sft.tokenizer.OnigurumaNode.Sequence;
import linnet.sft.tokenizer.OnigurumaNode.Text;

/** Reads a regular expression as Oniguruma does: its grammar is {@code regparse.c} of Oniguruma 6.9.10. */
final class OnigurumaParser {
  private static final BigInteger MOST_REPETITIONS = BigInteger.valueOf(100_000);
  private static final Pattern NAME = Pattern.compile("(?!\\d)\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final String COMMENT = "the end of a comment";

  private final OnigurumaScanner in;
  private int groups;
  private int highestReference;
  private boolean named;
  private String behind = ""; // how the look-behind opened that is around what is read

  /** What {@code (?imx)} switches on. */
  private record Flags(boolean anyCase, boolean dotMatchesAll, boolean extended) {
    static final Flags NONE = new Flags(false, false, false);

    Flags with(int flag, boolean on) {
      return switch (flag) {
        case 'i' -> new Flags(on, dotMatchesAll, extended);
        case 'm' -> new Flags(anyCase, on, extended);
        default -> new Flags(anyCase, dotMatchesAll, on);
      };
    }
  }

  private record Counts(int least, int most, Mode mode) {}

  private OnigurumaParser(OnigurumaScanner in) {
    this.in = in;
  }

  /** Throws a {@link TokenizerException} if it is malformed or has no words in Java. */
  static OnigurumaNode parse(String regex) {
    var parser = new OnigurumaParser(new OnigurumaScanner(regex));
    var node = parser.alternatives(Flags.NONE);
    if (!parser.in.atEnd()) {
      throw parser.in.error("a ) that closes nothing");
    }
    if (parser.highestReference > (parser.named ? 0 : parser.groups)) {
      throw parser.in.error("a reference to group " + parser.highestReference + ", which is none or has a name");
    }
    return node;
  }

  private OnigurumaNode alternatives(Flags flags) {
    var choices = new ArrayList<OnigurumaNode>();
    do {
      choices.add(sequence(flags));
    } while (in.accept("|"));
    return choices.size() == 1 ? choices.getFirst() : new Alternatives(choices);
  }

  private OnigurumaNode sequence(Flags flags) {
    var parts = new ArrayList<OnigurumaNode>();
    for (skip(flags); !in.atEnd() && !in.seesAny("|)"); skip(flags)) {
      var part = repeated(item(flags), flags);
      parts.addAll(part instanceof Sequence inner ? inner.parts() : List.of(part));
    }
    var joined = joined(parts);
    return joined.size() == 1 ? joined.getFirst() : new Sequence(joined);
  }

  /** Neighbouring texts are one, since case folding looks across: {@code (?i)s(?:s)} matches ß. */
  private static List<OnigurumaNode> joined(List<OnigurumaNode> parts) {
    var joined = new ArrayList<OnigurumaNode>();
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i) instanceof Text first) {
        var characters = new StringBuilder(first.characters());
        while (i + 1 < parts.size() && parts.get(i + 1) instanceof Text next && next.anyCase() == first.anyCase()) {
          characters.append(next.characters());
          i++;
        }
        joined.add(new Text(characters.toString(), first.anyCase()));
      } else {
        joined.add(parts.get(i));
      }
    }
    return joined;
  }

  /** Comments, and white space where it means nothing. */
  private void skip(Flags flags) {
    while (true) {
      if (in.accept("(?#")) {
        for (int c = in.next(COMMENT); c != ')'; c = in.next(COMMENT)) {
          if (c == '\\') {
            in.next(COMMENT);
          }
        }
      } else if (flags.extended() && in.accept("#")) {
        in.skipLine();
      } else if (flags.extended() && in.seesAny(" \t\n\r\f")) {
        in.next("white space");
      } else {
        return;
      }
    }
  }

  private OnigurumaNode repeated(OnigurumaNode item, Flags flags) {
    var node = item;
    skip(flags);
    int repetitions = 0;
    int start = in.mark();
    for (var counts = counts(); counts != null; counts = counts()) {
      in.enter();
      repetitions++;
      if (node.isPlace()) {
        throw in.error(start, "a repetition of a place");
      }
      if (!behind.isEmpty() && (counts.most() == Repeat.ANY || counts.mode() == Mode.POSSESSIVE)) {
        throw in.lacks(start, "a look-behind of any length, or with a possessive repetition");
      }
      node = Repeat.of(node, counts.least(), counts.most(), counts.mode());
      skip(flags);
      start = in.mark();
    }
    for (; repetitions > 0; repetitions--) {
      in.leave();
    }
    return node;
  }

  /** How often something is repeated, or null where no repetition comes next. */
  private Counts counts() {
    if (in.accept("*")) {
      return new Counts(0, Repeat.ANY, mode());
    }
    if (in.accept("+")) {
      return new Counts(1, Repeat.ANY, mode());
    }
    if (in.accept("?")) {
      return new Counts(0, 1, mode());
    }
    int start = in.mark();
    if (in.accept("{")) {
      var least = in.digits(10, Integer.MAX_VALUE);
      boolean range = in.accept(",");
      var most = range ? in.digits(10, Integer.MAX_VALUE) : least;
      if (in.accept("}") && !(least.isEmpty() && most.isEmpty())) {
        return braced(count(least, 0), count(most, Repeat.ANY), range);
      }
    }
    in.reset(start); // then it is a character
    return null;
  }

  private int count(String digits, int missing) {
    if (digits.isEmpty()) {
      return missing;
    }
    var count = new BigInteger(digits);
    if (count.compareTo(MOST_REPETITIONS) > 0) {
      throw in.error("expected at most " + MOST_REPETITIONS + " repetitions");
    }
    return count.intValue();
  }

  /** Behind braces {@code +} is a repetition of its own; so is {@code ?}, unless they hold two counts in order. */
  private Counts braced(int least, int most, boolean range) {
    if (least > most) {
      return new Counts(most, least, Mode.POSSESSIVE);
    }
    return new Counts(least, most, range && in.accept("?") ? Mode.LAZY : Mode.GREEDY);
  }

  private Mode mode() {
    return in.accept("?") ? Mode.LAZY : in.accept("+") ? Mode.POSSESSIVE : Mode.GREEDY;
  }

  private OnigurumaNode item(Flags flags) {
    int start = in.mark();
    if (counts() != null) {
      in.reset(start);
      throw in.error("a repetition of nothing");
    }
    int c = in.next("something to match");
    return switch (c) {
      case '(' -> {
        in.enter();
        var group = group(flags);
        in.leave();
        yield group;
      }
      case '[' -> OnigurumaBracket.read(in).node(flags.anyCase());
      case '\\' -> escape(flags);
      case '.' -> new Atom(flags.dotMatchesAll() ? "(?s:.)" : ".");
      case '^', '$' -> new Anchor(Character.toString(c));
      default -> text(c, flags);
    };
  }

  private static Text text(int c, Flags flags) {
    return new Text(Character.toString(c), flags.anyCase());
  }

  private OnigurumaNode escape(Flags flags) {
    int letter = in.next("something behind a backslash");
    if ("KyY".indexOf(letter) >= 0 || ("kg".indexOf(letter) >= 0 && in.seesAny("<'"))) {
      throw in.lacks(in.mark() - 2, "\\" + (char) letter);
    }
    if (!behind.isEmpty() && "XRzZ".indexOf(letter) >= 0) {
      throw in.lacks(in.mark() - 2, "\\" + (char) letter + " in a look-behind");
    }
    if (letter >= '1' && letter <= '9') {
      return reference(letter - '0', flags);
    }
    var anchor = OnigurumaClasses.anchor(letter);
    if (anchor.isPresent()) {
      return new Anchor(anchor.get());
    }
    return OnigurumaClasses.escape(in, letter, false).<OnigurumaNode>map(Atom::new)
        .orElseGet(() -> text(in.escaped(letter, false), flags));
  }

  private OnigurumaNode reference(int group, Flags flags) {
    if (in.seesAny("0123456789") || flags.anyCase()) {
      throw in.lacks(in.mark() - 2, "a reference that has two digits or ignores case");
    }
    highestReference = Math.max(highestReference, group);
    return new Atom("(?:\\" + group + ")");
  }

  private OnigurumaNode group(Flags flags) {
    if (in.sees("*")) {
      throw in.lacks(in.mark() - 1, "a callout");
    }
    if (!in.accept("?")) {
      requireCapture();
      groups++;
      return closed(new Group("(", alternatives(flags)));
    }
    if (in.accept(":")) {
      return closed(alternatives(flags));
    }
    if (in.accept(">")) {
      return closed(new Group("(?>", alternatives(flags)));
    }
    for (var look : List.of("=", "!", "<=", "<!")) {
      if (in.accept(look)) {
        return look(look, flags);
      }
    }
    if (in.accept("<")) {
      return named(in.until(">"), flags);
    }
    if (in.accept("'")) {
      return named(in.until("'"), flags);
    }
    return flagged(flags);
  }

  private void requireCapture() {
    if (behind.equals("<!")) {
      throw in.error("a group that captures in a negative look-behind");
    }
  }

  private OnigurumaNode named(String name, Flags flags) {
    if (!NAME.matcher(name).matches()) {
      throw in.error(in.mark() - name.length() - 1, "expected the name of a group, found \"" + name + "\"");
    }
    requireCapture();
    named = true;
    return closed(new Group("(?:", alternatives(flags)));
  }

  private OnigurumaNode look(String opening, Flags flags) {
    var around = behind;
    if (!around.isEmpty() && !opening.equals("<=") && !opening.equals(around)) {
      throw in.error(in.mark() - opening.length() - 2, "(?" + opening + " in a look-behind");
    }
    behind = opening.startsWith("<") ? opening : around;
    var node = closed(new Look("(?" + opening, alternatives(flags)));
    behind = around;
    return node;
  }

  private OnigurumaNode closed(OnigurumaNode node) {
    if (!in.accept(")")) {
      throw in.error("expected )");
    }
    return node;
  }

  /** {@code (?i:…)}, or {@code (?i)}, which reaches to the end of the group around it, across its {@code |}. */
  private OnigurumaNode flagged(Flags flags) {
    var changed = flags;
    boolean on = true;
    do {
      int c = in.next("a flag, : or )");
      if ("imx-".indexOf(c) < 0) {
        throw in.lacks(in.mark() - Character.charCount(c),
            "(?…" + Character.toString(c) + ", expected the flags i, m and x");
      }
      on &= c != '-';
      changed = c == '-' ? changed : changed.with(c, on);
    } while (!in.seesAny(":)"));
    if (changed.anyCase()) {
      CaseFolding.load();
    }
    if (in.accept(")")) {
      return new Group("(?:", alternatives(changed));
    }
    in.accept(":");
    return closed(new Group("(?:", alternatives(changed)));
  }
}
