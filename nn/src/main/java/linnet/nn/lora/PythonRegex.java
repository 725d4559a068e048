package linnet.nn.lora;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import linnet.nn.io.BoundedText;

/**
 * Regular expressions as Python's {@code re} reads them, which is what PEFT's configurations are written in:
 * groups are named {@code (?P<name>…)}, a {@code [} within a class means itself, {@code {,3}} repeats. What
 * Java cannot do is refused. A search that takes too many steps is given up, and so many repetitions that even
 * what matches nothing would take them are refused, for a file may hold any expression.
 */
final class PythonRegex {
  private static final int MAX_DEPTH = 200;
  private static final int LOOKS = 1_000_000;
  /** Times that something must be repeated, all such numbers multiplied: what is empty looks at no text. */
  private static final int MAX_REPETITIONS = 1000;
  private static final String REPETITIONS = "*+?{";
  private static final String ESCAPES = "AbBdDsSwWnrtfxu";

  private final String source;
  private final StringBuilder java = new StringBuilder();
  private final Map<String, String> groups = new HashMap<>();
  private int at;
  private int depth;
  private double repetitions = 1;

  private PythonRegex(String source) {
    this.source = source;
  }

  /**
   * The expression for Java.
   *
   * @throws PatternSyntaxException if Python would refuse it, or Java has no such thing
   */
  static Pattern compile(String python) {
    var translated = new PythonRegex(python).translate();
    try {
      boolean repeatsNothing = !translated.isEmpty() && REPETITIONS.indexOf(translated.charAt(0)) >= 0;
      var source = repeatsNothing ? translated : BoundedText.NO_TABLE + translated; // which it could repeat
      return Pattern.compile(source, Pattern.UNIX_LINES);
    } catch (PatternSyntaxException javas) {
      throw new PatternSyntaxException(javas.getDescription(), python, -1);
    }
  }

  /** Python's {@code re.fullmatch}. */
  static boolean matchesWhole(String python, String text) {
    return compile(python).matcher(bounded(text)).matches();
  }

  /** Python's {@code re.match}: from the beginning on, but not always to the end. */
  static boolean matchesStart(String python, String text) {
    return compile(python).matcher(bounded(text)).lookingAt();
  }

  /**
   * What the last group of an expression holds after Python's {@code re.match}.
   *
   * @return its text, empty where the match has left the group out; none where nothing matches
   * @throws PatternSyntaxException if the expression is malformed
   */
  static Optional<String> lastGroup(String python, String text) {
    var matcher = compile(python).matcher(bounded(text));
    return matcher.lookingAt()
        ? Optional.of(Objects.requireNonNullElse(matcher.group(matcher.groupCount()), ""))
        : Optional.empty();
  }

  private String translate() {
    while (at < source.length()) {
      char c = source.charAt(at);
      switch (c) {
        case '\\' -> escape("");
        case '[' -> characterClass();
        case '(' -> open();
        case ')' -> {
          depth--;
          copy(1);
        }
        case '{' -> braces();
        default -> copy(1);
      }
    }
    return java.toString();
  }

  private void copy(int characters) {
    java.append(source, at, at + characters);
    at += characters;
  }

  private void escape(String within) {
    if (at + 1 == source.length()) {
      throw refused("a backslash at the end");
    }
    char c = source.charAt(at + 1);
    if (c == 'Z') {
      replace(2, "\\z");
    } else if (c == 'v') {
      replace(2, "\\x0B");
    } else if (c == 'a') {
      replace(2, "\\x07");
    } else if (c == 'b' && within.equals("[")) {
      replace(2, "\\x08");
    } else if ((c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') && ESCAPES.indexOf(c) < 0) {
      throw refused("the escape \\" + c);
    } else {
      copy(2);
    }
  }

  private void characterClass() {
    copy(1);
    if (at < source.length() && source.charAt(at) == '^') {
      copy(1);
    }
    boolean first = true;
    while (at < source.length() && (first || source.charAt(at) != ']')) {
      char c = source.charAt(at);
      if (c == '\\') {
        escape("[");
      } else if (c == '[' || c == '&' || c == ']') {
        replace(1, "\\" + c); // Java would nest or intersect
      } else {
        copy(1);
      }
      first = false;
    }
    if (at == source.length()) {
      throw refused("a class that is not closed");
    }
    copy(1);
  }

  private void open() {
    if (++depth > MAX_DEPTH) {
      throw refused("groups nested more than " + MAX_DEPTH + " deep");
    }
    if (source.startsWith("(?P<", at)) {
      replace(4 + name('>', 4).length() + 1, "(?<" + group(name('>', 4)) + ">");
    } else if (source.startsWith("(?P=", at)) {
      replace(4 + name(')', 4).length() + 1, "\\k<" + group(name(')', 4)) + ">");
      depth--;
    } else if (source.startsWith("(?#", at)) {
      replace(3 + name(')', 3).length() + 1, "");
      depth--;
    } else if (source.startsWith("(?P", at) || source.startsWith("(?(", at)
        || source.startsWith("(?<", at) && !source.startsWith("(?<=", at) && !source.startsWith("(?<!", at)) {
      throw refused("a group that begins with " + source.substring(at, Math.min(at + 4, source.length())));
    } else {
      copy(1);
    }
  }

  /** The text from {@code skipped} characters on to the next {@code end}. */
  private String name(char end, int skipped) {
    int to = source.indexOf(end, at + skipped);
    if (to < 0) {
      throw refused("a group that is not closed");
    }
    return source.substring(at + skipped, to);
  }

  /** Java's names have letters and digits only. */
  private String group(String name) {
    return groups.computeIfAbsent(name, n -> "g" + groups.size());
  }

  private void braces() {
    int end = source.indexOf('}', at);
    var inner = end < 0 ? "" : source.substring(at + 1, end);
    if (!inner.matches("\\d+(,\\d*)?|,\\d*")) {
      replace(1, "\\{"); // no repetition: Python takes it for itself
      return;
    }
    countRepetitions(inner.split(",", -1)[0]);
    if (inner.startsWith(",")) {
      replace(inner.length() + 2, "{0" + inner + "}");
    } else {
      copy(inner.length() + 2);
    }
  }

  private void countRepetitions(String least) {
    repetitions *= least.isEmpty() ? 1 : Math.max(1, Double.parseDouble(least)); // of any number of digits
    if (repetitions > MAX_REPETITIONS) {
      throw refused("repetitions of more than " + MAX_REPETITIONS + " in all");
    }
  }

  private void replace(int characters, String with) {
    at += characters;
    java.append(with);
  }

  private PatternSyntaxException refused(String what) {
    return new PatternSyntaxException("found " + what + ", which is not supported", source, at);
  }

  private static BoundedText bounded(String text) {
    return new BoundedText(text, LOOKS, () -> new IllegalArgumentException("a regular expression takes more than "
        + LOOKS + " steps to be matched against " + text + ": simplify it"));
  }
}
