package linnet.sft.tokenizer;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Compiles the regular expressions of {@code tokenizer.json}, which are written for the Oniguruma library,
 * with {@code java.util.regex}. The two agree in most that tokenizers use; translated are the names of
 * scripts and properties ({@code \p{Han}} is {@code \p{IsHan}}) and {@code \h}, a hexadecimal digit there.
 */
final class OnigurumaRegex {
  private static final Set<String> JAVA_CLASSES = Set.of("lower", "upper", "ascii", "alpha", "digit", "alnum",
      "punct", "graph", "print", "blank", "cntrl", "xdigit", "space");

  private OnigurumaRegex() {}

  /** Compiles a regular expression. */
  static Pattern compile(String regex) {
    try {
      return Pattern.compile(translate(regex), Pattern.UNICODE_CHARACTER_CLASS);
    } catch (PatternSyntaxException wrong) {
      throw new TokenizerException("found the regular expression " + regex + ", which is not supported: "
          + wrong.getDescription() + " at character " + wrong.getIndex());
    } catch (StackOverflowError tooDeep) {
      throw new TokenizerException("found a regular expression of " + regex.length()
          + " characters, expected one that is not nested so deep");
    }
  }

  private static String translate(String regex) {
    var out = new StringBuilder();
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c != '\\' || i + 1 == regex.length()) {
        out.append(c);
        continue;
      }
      char escaped = regex.charAt(++i);
      int close = regex.indexOf('}', i);
      if (escaped == 'h') {
        out.append("[0-9a-fA-F]");
      } else if ((escaped == 'p' || escaped == 'P') && regex.startsWith("{", i + 1) && close > 0) {
        out.append(property(escaped == 'P', regex.substring(i + 2, close)));
        i = close;
      } else {
        out.append(c).append(escaped);
      }
    }
    return out.toString();
  }

  private static String property(boolean negated, String name) {
    boolean caret = name.startsWith("^");
    String plain = caret ? name.substring(1) : name;
    boolean category = plain.length() <= 2;
    String javaName = JAVA_CLASSES.contains(plain.toLowerCase(Locale.ROOT))
        ? capitalised(plain) : category || plain.startsWith("Is") ? plain : "Is" + plain;
    return (negated != caret ? "\\P{" : "\\p{") + javaName + "}";
  }

  private static String capitalised(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "ascii" -> "ASCII";
      case "xdigit" -> "XDigit";
      default -> Character.toUpperCase(lower.charAt(0)) + lower.substring(1);
    };
  }
}
