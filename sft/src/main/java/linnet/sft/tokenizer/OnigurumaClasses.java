package linnet.sft.tokenizer;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Oniguruma's names of classes of characters, in Java's words. */
final class OnigurumaClasses {
  /** Java counts joiners among the characters of words. */
  private static final String WORD_IN_CLASS = "[\\w&&[^\\u200C\\u200D]]";
  /** Outside of brackets Oniguruma counts numbers of Latin-1, which are no digits, too. */
  private static final String WORD = "[" + WORD_IN_CLASS + "\\xB2\\xB3\\xB9\\xBC-\\xBE]";
  private static final String HEXADECIMAL = "[0-9a-fA-F]";

  private static final Map<Character, String> ESCAPES = Map.of('w', WORD, 'W', "[^" + WORD + "]",
      'b', "(?:(?<=" + WORD + ")(?!" + WORD + ")|(?<!" + WORD + ")(?=" + WORD + "))",
      'B', "(?:(?<=" + WORD + ")(?=" + WORD + ")|(?<!" + WORD + ")(?!" + WORD + "))",
      'h', HEXADECIMAL, 'H', "[^0-9a-fA-F]", 'v', "\\x0B", 'N', "[^\\n]", 'O', "(?s:.)");

  private static final Map<Character, String> ESCAPES_IN_CLASS = Map.of('w', WORD_IN_CLASS,
      'W', "[^" + WORD_IN_CLASS + "]", 'b', "\\x08", 'h', HEXADECIMAL, 'H', "[^0-9a-fA-F]", 'v', "\\x0B");

  /** What is called alike in POSIX brackets and as a property. */
  private static final Map<String, String> CLASSES = Map.ofEntries(Map.entry("alnum", "[\\p{IsAlphabetic}\\p{Nd}]"),
      Map.entry("alpha", "\\p{IsAlphabetic}"), Map.entry("ascii", "\\p{ASCII}"), Map.entry("blank", "[\\p{Zs}\\t]"),
      Map.entry("cntrl", "\\p{Cc}"), Map.entry("digit", "\\p{Nd}"), Map.entry("graph", "\\p{Graph}"),
      Map.entry("lower", "\\p{Lower}"), Map.entry("print", "\\p{Print}"), Map.entry("space", "\\s"),
      Map.entry("upper", "\\p{Upper}"), Map.entry("word", WORD_IN_CLASS), Map.entry("xdigit", HEXADECIMAL),
      Map.entry("any", "[\\x{0}-\\x{10FFFF}]"));

  /** General categories by their long names, in lower case and without what stands between words. */
  private static final Map<String, String> CATEGORIES = Map.ofEntries(Map.entry("letter", "L"),
      Map.entry("uppercaseletter", "Lu"), Map.entry("lowercaseletter", "Ll"), Map.entry("titlecaseletter", "Lt"),
      Map.entry("modifierletter", "Lm"), Map.entry("otherletter", "Lo"), Map.entry("mark", "M"),
      Map.entry("nonspacingmark", "Mn"), Map.entry("spacingmark", "Mc"), Map.entry("enclosingmark", "Me"),
      Map.entry("number", "N"), Map.entry("decimalnumber", "Nd"), Map.entry("letternumber", "Nl"),
      Map.entry("othernumber", "No"), Map.entry("punctuation", "P"), Map.entry("punct", "P"),
      Map.entry("connectorpunctuation", "Pc"), Map.entry("dashpunctuation", "Pd"),
      Map.entry("openpunctuation", "Ps"), Map.entry("closepunctuation", "Pe"),
      Map.entry("initialpunctuation", "Pi"), Map.entry("finalpunctuation", "Pf"),
      Map.entry("otherpunctuation", "Po"), Map.entry("symbol", "S"), Map.entry("mathsymbol", "Sm"),
      Map.entry("currencysymbol", "Sc"), Map.entry("modifiersymbol", "Sk"), Map.entry("othersymbol", "So"),
      Map.entry("separator", "Z"), Map.entry("spaceseparator", "Zs"), Map.entry("lineseparator", "Zl"),
      Map.entry("paragraphseparator", "Zp"), Map.entry("other", "C"), Map.entry("control", "Cc"),
      Map.entry("format", "Cf"), Map.entry("privateuse", "Co"), Map.entry("unassigned", "Cn"));

  private OnigurumaClasses() {}

  /** What Java writes for a backslash and a letter, in brackets or not, where that is something else. */
  static Optional<String> escape(char letter, boolean inClass) {
    return Optional.ofNullable((inClass ? ESCAPES_IN_CLASS : ESCAPES).get(letter));
  }

  /** {@code [:name:]} or {@code [:^name:]}; nothing where there is none of that name. */
  static Optional<String> posix(boolean negated, String name) {
    var members = switch (name) {
      case "punct" -> "[\\p{P}\\p{S}]"; // the property has no symbols
      case "any" -> null;
      default -> CLASSES.get(name);
    };
    return Optional.ofNullable(members).map(all -> negated ? "[^" + all + "]" : all);
  }

  /** {@code \p{name}}, {@code \p{^name}} or {@code \P{name}}. */
  static String property(boolean negated, String name) {
    boolean caret = name.startsWith("^");
    String plain = caret ? name.substring(1) : name;
    String key = plain.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
    String known = CLASSES.get(key);
    if (known != null) {
      return negated != caret ? "[^" + known + "]" : known;
    }
    boolean whole = plain.length() <= 2 || plain.startsWith("Is") || plain.startsWith("In");
    return (negated != caret ? "\\P{" : "\\p{")
        + CATEGORIES.getOrDefault(key, whole ? plain : "Is" + plain) + "}";
  }
}
