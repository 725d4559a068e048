package linnet.sft.template.jinja;

import java.util.Locale;

/** Upper and lower case as Python's {@code str} has them, without a locale. */
final class Letters {
  private Letters() {}

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /**
   * Full case folding for the letters whose folding is not their lower case is covered through upper case.
   */
  static String fold(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints().forEach(letter -> {
      var c = letter == 'ẞ' ? 'ß' : letter;
      var upper = Character.toString(c).toUpperCase(Locale.ROOT);
      out.append(c == 'İ' ? "i\u0307" : upper.codePointCount(0, upper.length()) > 1 || c == 'ſ' || c == 'ς'
          ? upper.toLowerCase(Locale.ROOT) : Character.toString(Character.toLowerCase(c)));
    });
    return out.toString();
  }

  /** The first letter of a word in title case, which for a few letters is neither upper nor lower. */
  private static String titleCase(int c) {
    var title = Character.toTitleCase(c);
    if (title != c || Character.toUpperCase(c) != c) {
      return Character.toString(title);
    }
    var upper = Character.toString(c).toUpperCase(Locale.ROOT);
    return upper.length() > 1 && upper.codePointAt(0) != c
        ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT) : Character.toString(c);
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    var first = text.codePointAt(0);
    return titleCase(first) + lower(text.substring(Character.charCount(first)));
  }

  static String title(String text) {
    var out = new StringBuilder(text.length());
    var within = false;
    for (var i = 0; i < text.length();) {
      var c = text.codePointAt(i);
      out.append(within ? lower(Character.toString(c)) : titleCase(c));
      within = isCased(c);
      i += Character.charCount(c);
    }
    return out.toString();
  }

  static String swapCase(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      var one = Character.toString(c);
      out.append(Character.isUpperCase(c) ? lower(one) : Character.isLowerCase(c) ? upper(one) : one);
    });
    return out.toString();
  }

  private static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isTitle(String text) {
    var within = false;
    var any = false;
    for (var i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      var c = text.codePointAt(i);
      var upper = Character.isUpperCase(c) || Character.isTitleCase(c);
      if (upper && within || Character.isLowerCase(c) && !within) {
        return false;
      }
      within = isCased(c);
      any |= within;
    }
    return any;
  }

  static boolean isSuperscriptDigit(int c) {
    return c == 0xb2 || c == 0xb3 || c == 0xb9 || c == 0x2070 || c >= 0x2074 && c <= 0x2079
        || c >= 0x2080 && c <= 0x2089;
  }

  static boolean isNumeric(int c) {
    return switch (Character.getType(c)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> "〇一七万三九二五亿八六十千百".indexOf(c) >= 0;
    };
  }

  static boolean isIdentifier(String text) {
    if (text.isEmpty() || !(text.charAt(0) == '_'
        || Character.isUnicodeIdentifierStart(text.codePointAt(0)))) {
      return false;
    }
    return text.codePoints().allMatch(c -> c > ' ' && Character.isUnicodeIdentifierPart(c));
  }
}
