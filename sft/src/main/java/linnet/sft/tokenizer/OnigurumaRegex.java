package linnet.sft.tokenizer;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Compiles the regular expressions of {@code tokenizer.json}, which are written for the Oniguruma library in
 * Ruby's syntax, with {@code java.util.regex}. The two agree in most that tokenizers use. Translated is what
 * they read differently, above all what Java would take for something else without a word: POSIX brackets
 * ({@code [[:space:]]}), {@code ^} and {@code $} at every line, {@code .} that stops at {@code \n} alone,
 * {@code (?m:…)} for a dot that never stops, {@code \w} and the borders of such words, {@code \h} for a
 * hexadecimal digit, the names of properties ({@code \p{Han}}), and {@code {1,3}+}, which is no possessive
 * repetition there but a repetition of repetitions.
 */
final class OnigurumaRegex {
  private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  private static final Pattern REPETITION = Pattern.compile("\\{(?=[0-9]|,[0-9])([0-9]{0,6})(,[0-9]{0,6})?\\}");

  private final String regex;
  private final StringBuilder out = new StringBuilder();
  private int at;
  private int depth; // of character classes around what is read

  private OnigurumaRegex(String regex) {
    this.regex = regex;
  }

  /**
   * Compiles a regular expression.
   *
   * @throws TokenizerException if it is malformed or holds what is not supported
   */
  static Pattern compile(String regex) {
    try {
      return Pattern.compile(new OnigurumaRegex(regex).translate(), FLAGS);
    } catch (PatternSyntaxException wrong) {
      throw new TokenizerException("found the regular expression " + regex + ", which is not supported: "
          + wrong.getDescription() + " at character " + wrong.getIndex());
    } catch (StackOverflowError tooDeep) {
      throw new TokenizerException("found a regular expression of " + regex.length()
          + " characters, expected one that is not nested so deep");
    }
  }

  private String translate() {
    while (at < regex.length()) {
      char c = regex.charAt(at);
      if (c == '\\' && at + 1 < regex.length()) {
        escape(regex.charAt(at + 1));
      } else if (depth > 0 && regex.startsWith("[:", at) && regex.indexOf(":]", at) > 0) {
        posixBracket(regex.indexOf(":]", at));
      } else if (depth == 0 && regex.startsWith("(?", at)) {
        group();
      } else if (depth == 0 && c == '{') {
        repetition();
      } else {
        depth = Math.max(0, depth + (c == '[' ? 1 : c == ']' ? -1 : 0));
        out.append(c);
        at++;
      }
    }
    return out.toString();
  }

  private void escape(char escaped) {
    int close = regex.indexOf('}', at);
    boolean property = escaped == 'p' || escaped == 'P';
    if (property && regex.startsWith("{", at + 2) && close > 0) {
      out.append(OnigurumaClasses.property(escaped == 'P', regex.substring(at + 3, close)));
      at = close + 1;
      return;
    }
    if (escaped == 'x' && regex.startsWith("{", at + 2) && close > 0) {
      out.append(regex, at, close + 1);
      at = close + 1;
      return;
    }
    out.append(property ? String.valueOf(escaped) // without braces it is a letter
        : OnigurumaClasses.escape(escaped, depth > 0).orElse("\\" + escaped));
    at += 2;
  }

  private void posixBracket(int close) {
    boolean negated = regex.startsWith("^", at + 2);
    var name = regex.substring(at + (negated ? 3 : 2), close);
    out.append(OnigurumaClasses.posix(negated, name).orElseThrow(() ->
        new PatternSyntaxException("Unknown POSIX bracket [:" + name + ":]", regex, at)));
    at = close + 2;
  }

  /** What stands between {@code (?} and the group's content: of flags, Ruby's m is Java's s. */
  private void group() {
    out.append("(?");
    for (at += 2; at < regex.length() && "imx-".indexOf(regex.charAt(at)) >= 0; at++) {
      out.append(regex.charAt(at) == 'm' ? 's' : regex.charAt(at));
    }
  }

  /** {@code {n}}, {@code {n,}}, {@code {n,m}} or {@code {,m}}, and what follows it. */
  private void repetition() {
    var counts = REPETITION.matcher(regex).region(at, regex.length());
    if (!counts.lookingAt()) {
      out.append("\\{"); // then it is a character
      at++;
      return;
    }
    at = counts.end();
    var least = counts.group(1).isEmpty() ? "0" : counts.group(1);
    var most = counts.group(2) == null ? least : counts.group(2).substring(1);
    boolean again = regex.startsWith("+", at);
    if (again && !most.isEmpty() && !repeatsToAnyCount(Integer.parseInt(least), Integer.parseInt(most))
        || counts.group(2) == null && regex.startsWith("?", at)) {
      throw new PatternSyntaxException("Repetition of " + counts.group(), regex, at);
    }
    at += again ? 1 : 0;
    out.append('{').append(least).append(again || most.isEmpty() ? "," : "," + most).append('}');
  }

  /** Whether so many, one or more times over, may be any number from the least on. */
  private static boolean repeatsToAnyCount(int least, int most) {
    return most >= 1 && (least <= 1 || most >= 2 * least - 1);
  }
}
