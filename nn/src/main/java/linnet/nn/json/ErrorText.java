package linnet.nn.json;

/**
 * A message about a file from anywhere, as a terminal can show it. What such a message repeats of the file may be
 * as long as the file, and hold any character.
 */
public final class ErrorText {
  private static final int LONGEST = 1500;
  private static final int KEPT_AT_END = 500;

  private ErrorText() {}

  /**
   * The message with its middle left out where it is long, and with control characters escaped.
   *
   * @param message the place, what was found, what was expected and what to do
   * @return at most 1,500 characters
   */
  public static String bounded(String message) {
    return shortened(escaped(shortened(message)));
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST - KEPT_AT_END) + "…"
        + message.substring(message.length() - KEPT_AT_END + 1);
  }

  private static String escaped(String message) {
    var escaped = new StringBuilder(message.length());
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      if (isHidden(c)) {
        escaped.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static boolean isHidden(int c) {
    return Character.isISOControl(c) && c != '\n' && c != '\t';
  }
}
