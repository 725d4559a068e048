package linnet.nn.json;

/** A message about a file from anywhere: what it repeats of the file may be as long as the file. */
public final class ErrorText {
  private static final int LONGEST = 1500;
  private static final int KEPT_AT_END = 500;

  private ErrorText() {}

  /**
   * The message with its middle left out where it is long.
   *
   * @param message the place, what was found, what was expected and what to do
   * @return at most 1,500 UTF-16 units
   */
  public static String bounded(String message) {
    if (message.length() <= LONGEST) {
      return message;
    }
    int end = LONGEST - KEPT_AT_END;
    int again = message.length() - KEPT_AT_END + 1;
    return message.substring(0, end - (Character.isHighSurrogate(message.charAt(end - 1)) ? 1 : 0)) + "…"
        + message.substring(again + (Character.isLowSurrogate(message.charAt(again)) ? 1 : 0));
  }
}
