package linnet.nn.json;

/**
 * A message about a file from anywhere, as a terminal can show it. What such a message repeats of the file may be
 * as long as the file, and hold any character.
 */
public final class ErrorText {
  private static final int LONGEST = 1500;
  private static final int KEPT_AT_END = 500;
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c; // both are parts of words and of emoji
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private ErrorText() {}

  /**
   * The message with its middle left out where it is long, and with characters escaped that do not show but act:
   * control characters, those that turn the direction of writing, and halves of characters.
   *
   * @param message the place, what was found, what was expected and what to do
   * @return at most 1,500 UTF-16 units
   */
  public static String bounded(String message) {
    return shortened(escaped(shortened(message)));
  }

  private static String shortened(String message) {
    if (message.length() <= LONGEST) {
      return message;
    }
    int end = LONGEST - KEPT_AT_END;
    int again = message.length() - KEPT_AT_END + 1;
    return message.substring(0, end - (Character.isHighSurrogate(message.charAt(end - 1)) ? 1 : 0)) + "…"
        + message.substring(again + (Character.isLowSurrogate(message.charAt(again)) ? 1 : 0));
  }

  private static String escaped(String message) {
    var escaped = new StringBuilder(message.length());
    for (int i = 0; i < message.length(); i += Character.charCount(message.codePointAt(i))) {
      int c = message.codePointAt(i);
      if (acts(c)) {
        escaped.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          escaped.append(Character.forDigit(c >> shift & 15, 16));
        }
      } else {
        escaped.appendCodePoint(c);
      }
    }
    return escaped.toString();
  }

  private static boolean acts(int c) {
    return c != '\n' && c != '\t' && c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER
        && c <= Character.MAX_VALUE && switch (Character.getType(c)) {
          case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR -> true;
          default -> false;
        };
  }
}
