package linnet.sft.tokenizer;

import java.util.List;

/**
 * Takes out the spaces before punctuation and contractions, as transformers does where the configuration asks
 * for {@code clean_up_tokenization_spaces}. Text comes in parts; what a later part may change is held back.
 */
final class TextCleanup {
  private record Rule(String from, String to) {}

  private static final List<Rule> RULES = List.of(
      new Rule(" .", "."), new Rule(" ?", "?"), new Rule(" !", "!"), new Rule(" ,", ","),
      new Rule(" ' ", "'"), new Rule(" n't", "n't"), new Rule(" 'm", "'m"), new Rule(" 's", "'s"),
      new Rule(" 've", "'ve"), new Rule(" 're", "'re"));

  private String held = "";

  /** What the {@code tokenizers} library's WordPiece decoder makes of a token, with a rule more. */
  static String ofToken(String token) {
    String result = token;
    for (var rule : RULES) {
      if (rule.from().equals(" 's")) {
        result = result.replace(" do not", " don't");
      }
      result = result.replace(rule.from(), rule.to());
    }
    return result;
  }

  /** Takes more text and gives what is certain. */
  String accept(String text) {
    held += text;
    int cut = lastBoundary(held);
    String certain = clean(held.substring(0, cut));
    held = held.substring(cut);
    return certain;
  }

  /** Gives the rest. */
  String finish() {
    String rest = clean(held);
    held = "";
    return rest;
  }

  /**
   * The last place that no rule reaches across: before a space that follows a letter or a sign. A space after
   * a quote may be taken out with it, and that may make an n before it the start of {@code n't}.
   */
  private static int lastBoundary(String text) {
    for (int i = text.length() - 1; i > 0; i--) {
      char before = text.charAt(i - 1);
      if (text.charAt(i) == ' ' && before != ' ' && before != '\'' && before != 'n') {
        return i;
      }
    }
    return 0;
  }

  private static String clean(String text) {
    String result = text;
    for (var rule : RULES) {
      result = result.replace(rule.from(), rule.to());
    }
    return result;
  }
}
