package linnet.sft.tokenizer;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Compiles the regular expressions of {@code tokenizer.json}, which are written for the Oniguruma library in
 * its own syntax, with {@code java.util.regex}. {@link OnigurumaParser} reads them as Oniguruma does, and the
 * {@link OnigurumaNode nodes} write themselves in Java's words, so nothing goes to Java as it stands. What Java
 * has no words for is refused: {@code \K}, calls of groups, references to groups by name, absent expressions,
 * conditions, callouts, flags other than {@code i}, {@code m} and {@code x}, look-behind of any length, and
 * characters that are given by their bytes.
 *
 * @see <a href="https://github.com/kkos/oniguruma/blob/v6.9.10/doc/RE">Oniguruma's syntax</a>
 */
final class OnigurumaRegex {
  /** Lines end at {@code \n} alone, and every one of them has a {@code ^} and a {@code $}. */
  private static final int FLAGS = Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  /** Characters of a regular expression that an error repeats, at most. */
  private static final int MOST_QUOTED = 120;

  /** Matches nothing, and makes Java look behind, and begin, at whole characters rather than halves of them. */
  private static final String BY_CHARACTER = "\uD800\uDC00{0}";

  private OnigurumaRegex() {}

  /**
   * Compiles a regular expression.
   *
   * @throws TokenizerException if it is malformed or holds what is not supported
   */
  static Pattern compile(String regex) {
    try {
      return compileJava(OnigurumaParser.parse(regex).java() + BY_CHARACTER);
    } catch (PatternSyntaxException wrong) {
      throw new TokenizerException("found the regular expression " + quoted(regex) + ", which is not supported: "
          + wrong.getDescription() + (wrong.getPattern().equals(regex) ? " at character " + wrong.getIndex() : ""));
    } catch (StackOverflowError tooDeep) {
      throw new TokenizerException("found a regular expression of " + regex.length()
          + " characters, expected one that is not nested so deep");
    }
  }

  private static String quoted(String regex) {
    return regex.length() <= MOST_QUOTED ? regex : regex.substring(0, MOST_QUOTED) + "…";
  }

  /** Compiles what is in Java's words, with the flags that the translation counts on. */
  static Pattern compileJava(String java) {
    return Pattern.compile(java, FLAGS);
  }
}
