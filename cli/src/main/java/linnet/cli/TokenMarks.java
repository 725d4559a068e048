package linnet.cli;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * How trained tokens are told from others in a text.
 *
 * @param begin stands before each run of trained tokens
 * @param end stands behind it
 */
record TokenMarks(String begin, String end) {
  /** Nothing is marked. */
  static final TokenMarks NONE = new TokenMarks("", "");

  private static final TokenMarks GREEN = new TokenMarks("\u001b[32m", "\u001b[0m");
  private static final TokenMarks BRACKETS = new TokenMarks("⟦", "⟧");

  /**
   * Colour, or brackets where colour is not wanted.
   *
   * @param colour whether colour could be shown
   * @param environment in which a {@code NO_COLOR} that is not empty asks for none
   */
  static TokenMarks of(boolean colour, Map<String, String> environment) {
    return colour && environment.getOrDefault("NO_COLOR", "").isEmpty() ? GREEN : BRACKETS;
  }

  /** The tokens' texts, the trained ones marked; what would steer a terminal is shown, not obeyed. */
  String mark(List<String> pieces, BitSet trained) {
    var text = new StringBuilder();
    for (int t = 0; t < pieces.size(); t++) {
      if (trained.get(t) && (t == 0 || !trained.get(t - 1))) {
        text.append(begin);
      }
      text.append(Shown.of(pieces.get(t)));
      if (trained.get(t) && !trained.get(t + 1)) {
        text.append(end);
      }
    }
    return text.toString();
  }
}
