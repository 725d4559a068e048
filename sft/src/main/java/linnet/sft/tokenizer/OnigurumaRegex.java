package linnet.sft.tokenizer;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import linnet.nn.io.BoundedText;

/**
 * Compiles the regular expressions of {@code tokenizer.json}, which are written for the Oniguruma library in
 * its own syntax, with {@code java.util.regex}. {@link OnigurumaParser} reads them as Oniguruma does, and the
 * {@link OnigurumaNode nodes} write themselves in Java's words, so nothing goes to Java as it stands. What Java
 * has no words for is refused: {@code \K}, calls of groups, references to groups by name, absent expressions,
 * conditions, callouts, flags other than {@code i}, {@code m} and {@code x}, look-behind of any length, and
 * characters that are given by their bytes.
 *
 * <p>In two rare things Java matches otherwise: an {@code \X} that begins amid emoji joined by U+200D does not see
 * what is before it, and a reference may find what its group, within an atomic group, a look-around or a repetition,
 * captured in an attempt that failed.
 *
 * @see <a href="https://github.com/kkos/oniguruma/blob/v6.9.10/doc/RE">Oniguruma's syntax</a>
 */
final class OnigurumaRegex {
  /** Lines end at {@code \n} alone, and every one of them has a {@code ^} and a {@code $}. */
  private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  /** Matches nothing, and makes Java look behind, and begin, at whole characters rather than halves of them. */
  private static final String BY_CHARACTER = "\uD800\uDC00{0}";

  /** Characters of a regular expression that an error repeats, at most. */
  private static final int MOST_QUOTED = 120;

  private OnigurumaRegex() {}

  /**
   * Compiles a regular expression.
   *
   * @throws TokenizerException if it is malformed or holds what is not supported
   */
  static Pattern compile(String regex) {
    try {
      return compileJava(BoundedText.NO_TABLE + OnigurumaParser.parse(regex).java() + BY_CHARACTER);
    } catch (PatternSyntaxException javas) {
      if (javas.getDescription().startsWith("Illegal character range")) {
        throw malformed(regex, ": a range that ends before it begins");
      }
      throw notSupported(regex, javas.getDescription().startsWith("Look-behind") ? ": a look-behind of any length"
          : ": java.util.regex says \"" + javas.getDescription() + "\"");
    } catch (StackOverflowError tooDeep) {
      throw notSupported(regex, ": groups too deep in each other for this thread's stack");
    }
  }

  /** An error in what Oniguruma refuses, too. */
  static TokenizerException malformed(String regex, String wrong) {
    return new TokenizerException("found the regular expression " + quoted(regex) + ", which is malformed" + wrong
        + "; correct the tokenizer's pattern");
  }

  /** An error in what may be right and cannot be done here. */
  static TokenizerException notSupported(String regex, String feature) {
    return new TokenizerException("found the regular expression " + quoted(regex) + ", which Linnet does not support"
        + feature + "; change the tokenizer's pattern");
  }

  /** For messages: not too long, and without what could move a terminal's cursor. */
  static String quoted(String regex) {
    var shown = regex.codePointCount(0, regex.length()) > MOST_QUOTED
        ? regex.substring(0, regex.offsetByCodePoints(0, MOST_QUOTED)) + "…" : regex;
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  /** Compiles what is in Java's words, with the flags that the translation counts on. */
  static Pattern compileJava(String java) {
    return Pattern.compile(java, FLAGS);
  }
}
