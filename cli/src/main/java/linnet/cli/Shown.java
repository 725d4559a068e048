package linnet.cli;

/** Text that may come from a file or a server, as it is shown to people. */
final class Shown {
  private Shown() {}

  /** The text, in which what would steer a terminal is shown, not obeyed; lines and tabs stay. */
  static String of(String text) {
    if (text.chars().noneMatch(Shown::steers)) {
      return text;
    }
    var shown = new StringBuilder();
    text.codePoints().forEach(c -> {
      if (steers(c)) {
        shown.append((c <= 0xff ? "\\x%02x" : "\\u%04x").formatted(c));
      } else {
        shown.appendCodePoint(c);
      }
    });
    return shown.toString();
  }

  /** Control characters, and those that turn the direction of what follows. */
  private static boolean steers(int c) {
    return Character.isISOControl(c) && c != '\n' && c != '\t'
        || c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
  }
}
