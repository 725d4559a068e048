package linnet.sft.tokenizer;

import java.lang.Character.UnicodeScript;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Oniguruma's names of characters, classes and places, in Java's words. */
final class OnigurumaClasses {
  /** Java counts joiners among the characters of words. */
  private static final String WORD_IN_BRACKET = "[\\w&&[^\\u200C\\u200D]]";
  /** Outside of brackets Oniguruma counts numbers of Latin-1, which are no digits, too. */
  private static final String WORD = "[" + WORD_IN_BRACKET + "\\xB2\\xB3\\xB9\\xBC-\\xBE]";
  private static final String HEXADECIMAL = "[0-9a-fA-F]";

  private static final Map<String, String> ANCHORS = Map.of("A", "\\A", "Z", "\\Z", "z", "\\z", "G", "\\G",
      "b", "(?:(?<=" + WORD + ")(?!" + WORD + ")|(?<!" + WORD + ")(?=" + WORD + "))",
      "B", "(?:(?<=" + WORD + ")(?=" + WORD + ")|(?<!" + WORD + ")(?!" + WORD + "))");

  private static final Map<String, String> ESCAPES_IN_BRACKET = Map.of("w", WORD_IN_BRACKET,
      "W", not(WORD_IN_BRACKET), "d", "\\d", "D", "\\D", "s", "\\s", "S", "\\S", "h", HEXADECIMAL,
      "H", not(HEXADECIMAL));

  private static final Map<String, String> ESCAPES = with(ESCAPES_IN_BRACKET, Map.of("w", WORD, "W", not(WORD),
      "N", "[^\\n]", "O", "(?s:.)", "R", "(?>\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])", "X", "\\X"));

  /** What is called alike in POSIX brackets and as a property. */
  private static final Map<String, String> CLASSES = Map.ofEntries(Map.entry("alnum", "[\\p{IsAlphabetic}\\p{Nd}]"),
      Map.entry("alpha", "\\p{IsAlphabetic}"), Map.entry("ascii", "\\p{ASCII}"), Map.entry("blank", "[\\p{Zs}\\t]"),
      Map.entry("cntrl", "\\p{Cc}"), Map.entry("digit", "\\p{Nd}"), Map.entry("graph", "\\p{Graph}"),
      Map.entry("lower", "\\p{Lower}"), Map.entry("print", "\\p{Print}"), Map.entry("space", "\\s"),
      Map.entry("upper", "\\p{Upper}"), Map.entry("word", WORD_IN_BRACKET), Map.entry("xdigit", HEXADECIMAL));

  private static final Map<String, String> POSIX = with(CLASSES, Map.of("punct", "[\\p{P}\\p{S}]"));

  /** A line has Java's name of a property and Oniguruma's. */
  private static final Map<String, String> PROPERTIES = with(CLASSES, properties("""
      L L Letter
      LC LC Cased_Letter
      Lu Lu Uppercase_Letter
      Ll Ll Lowercase_Letter
      Lt Lt Titlecase_Letter
      Lm Lm Modifier_Letter
      Lo Lo Other_Letter
      M M Mark Combining_Mark
      Mn Mn Nonspacing_Mark
      Mc Mc Spacing_Mark
      Me Me Enclosing_Mark
      N N Number
      Nd Nd Decimal_Number
      Nl Nl Letter_Number
      No No Other_Number
      P P Punctuation Punct
      Pc Pc Connector_Punctuation
      Pd Pd Dash_Punctuation
      Ps Ps Open_Punctuation
      Pe Pe Close_Punctuation
      Pi Pi Initial_Punctuation
      Pf Pf Final_Punctuation
      Po Po Other_Punctuation
      S S Symbol
      Sm Sm Math_Symbol
      Sc Sc Currency_Symbol
      Sk Sk Modifier_Symbol
      So So Other_Symbol
      Z Z Separator
      Zs Zs Space_Separator
      Zl Zl Line_Separator
      Zp Zp Paragraph_Separator
      C C Other
      Cc Cc Control
      Cf Cf Format
      Cs Cs Surrogate
      Co Co Private_Use
      Cn Cn Unassigned
      IsAlphabetic Alphabetic
      IsIdeographic Ideographic Ideo
      IsLowercase Lowercase
      IsUppercase Uppercase
      IsWhite_Space White_Space WSpace
      IsJoin_Control Join_Control Join_C
      IsNoncharacter_Code_Point Noncharacter_Code_Point NChar
      IsAssigned Assigned
      IsEmoji Emoji
      IsEmoji_Presentation Emoji_Presentation EPres
      IsEmoji_Modifier Emoji_Modifier EMod
      IsEmoji_Modifier_Base Emoji_Modifier_Base EBase
      IsEmoji_Component Emoji_Component EComp
      IsExtended_Pictographic Extended_Pictographic ExtPict
      """));

  private OnigurumaClasses() {}

  /** A character as itself, in brackets or not. */
  static String quote(int c) {
    if (c <= ' ' || Character.isISOControl(c)) {
      return "\\x{" + Integer.toHexString(c) + "}";
    }
    return (c > 0x7F || Character.isLetterOrDigit(c) ? "" : "\\") + Character.toString(c);
  }

  /** The place that a backslash and a letter mean, outside of brackets. */
  static Optional<String> anchor(int letter) {
    return Optional.ofNullable(ANCHORS.get(Character.toString(letter)));
  }

  /**
   * The class that a backslash and a letter mean, after both.
   *
   * @return nothing where they mean a character
   */
  static Optional<String> escape(OnigurumaScanner in, int letter, boolean inBracket) {
    if ((letter == 'p' || letter == 'P') && in.accept("{")) {
      return Optional.of(property(in, letter == 'P', inBracket));
    }
    return Optional.ofNullable((inBracket ? ESCAPES_IN_BRACKET : ESCAPES).get(Character.toString(letter)));
  }

  /**
   * {@code [:name:]} or {@code [:^name:]}, after its first bracket.
   *
   * @return nothing where something else comes, which is then a set
   */
  static Optional<String> posix(OnigurumaScanner in) {
    int start = in.mark();
    if (in.accept(":")) {
      boolean negated = in.accept("^");
      var name = in.letters();
      if (in.accept(":]")) {
        var members = POSIX.get(name);
        if (members == null) {
          throw in.error(start - 1, "unknown class [:" + name + ":]");
        }
        return Optional.of(negated ? not(members) : members);
      }
    }
    in.reset(start);
    return Optional.empty();
  }

  /** {@code \p{name}}, {@code \p{^name}} or {@code \P{name}}, after its brace. */
  private static String property(OnigurumaScanner in, boolean negated, boolean inBracket) {
    int start = in.mark() - 3;
    boolean caret = in.accept("^");
    var name = in.until("}");
    var key = key(name);
    var members = key.equals("word") && !inBracket ? Optional.of(WORD) : property(key);
    return members.map(all -> negated != caret ? not(all) : all)
        .orElseThrow(() -> in.lacks(start, "the property \"" + name + "\""));
  }

  private static Optional<String> property(String key) {
    if (key.equals("any")) {
      return Optional.of("[\\x{0}-\\x{10FFFF}]");
    }
    return Optional.ofNullable(PROPERTIES.get(key)).or(() -> script(key)).or(() -> block(key));
  }

  private static Map<String, String> properties(String table) {
    var properties = new HashMap<String, String>();
    for (var line : table.split("\n")) {
      var names = line.split(" ");
      Stream.of(names).skip(1).forEach(name -> properties.put(key(name), "\\p{" + names[0] + "}"));
    }
    return properties;
  }

  private static Optional<String> script(String key) {
    var named = Stream.of(UnicodeScript.values()).filter(script -> key(script.name()).equals(key)).findFirst();
    try {
      return Optional.of("\\p{Is" + named.orElseGet(() -> UnicodeScript.forName(key)) + "}");
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  /** Those whose names have no hyphen. */
  private static Optional<String> block(String key) {
    if (!key.startsWith("in")) {
      return Optional.empty();
    }
    var name = key.substring("in".length());
    try {
      Character.UnicodeBlock.forName(name);
      return Optional.of("\\p{In" + name + "}");
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  /** Names are compared without case and what stands between words. */
  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> others) {
    var all = new HashMap<>(some);
    all.putAll(others);
    return all;
  }

  private static String not(String members) {
    return "[^" + members + "]";
  }
}
