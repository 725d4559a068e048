package linnet.sft.tokenizer;

/** The classes of code points that pre-tokenizers speak of. */
final class Characters {
  private static final int MARKS =
      1 << Character.NON_SPACING_MARK | 1 << Character.COMBINING_SPACING_MARK | 1 << Character.ENCLOSING_MARK;
  private static final int NUMBERS =
      1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.LETTER_NUMBER | 1 << Character.OTHER_NUMBER;
  private static final int WORD_TYPES =
      MARKS | 1 << Character.DECIMAL_DIGIT_NUMBER | 1 << Character.CONNECTOR_PUNCTUATION;
  private static final int PUNCTUATION = 1 << Character.CONNECTOR_PUNCTUATION
      | 1 << Character.DASH_PUNCTUATION | 1 << Character.START_PUNCTUATION | 1 << Character.END_PUNCTUATION
      | 1 << Character.INITIAL_QUOTE_PUNCTUATION | 1 << Character.FINAL_QUOTE_PUNCTUATION
      | 1 << Character.OTHER_PUNCTUATION;

  private static final int CONTROLS = 1 << Character.CONTROL | 1 << Character.FORMAT
      | 1 << Character.PRIVATE_USE | 1 << Character.SURROGATE;

  private Characters() {}

  /** {@code \p{L}}. */
  static boolean isLetter(int c) {
    return c < 128 ? (c | 0x20) >= 'a' && (c | 0x20) <= 'z' : Character.isLetter(c);
  }

  /** {@code \p{N}}: digits, letter numbers such as Ⅷ and others such as ½. */
  static boolean isNumber(int c) {
    return c < 128 ? c >= '0' && c <= '9' : isIn(c, NUMBERS);
  }

  /** {@code \s}: Unicode's White_Space property. */
  static boolean isSpace(int c) {
    if (c < 128) {
      return c == ' ' || c >= '\t' && c <= '\r';
    }
    return c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029
        || c == 0x202F || c == 0x205F || c == 0x3000;
  }

  /** {@code \p{M}}. */
  static boolean isMark(int c) {
    return isIn(c, MARKS);
  }

  /** {@code \w} as Unicode's regular expressions define it (UTS 18, annex C). */
  static boolean isWord(int c) {
    return Character.isAlphabetic(c) || isIn(c, WORD_TYPES) || c == 0x200C || c == 0x200D;
  }

  /** {@code \p{P}} or a symbol of ASCII. */
  static boolean isPunctuation(int c) {
    boolean asciiSymbol = c == '$' || c == '+' || c == '<' || c == '=' || c == '>' || c == '^' || c == '`'
        || c == '|' || c == '~';
    return asciiSymbol || isIn(c, PUNCTUATION);
  }

  /** Control, format and private characters; those that are unassigned are none, other than in BERT's own code. */
  static boolean isControl(int c) {
    return isIn(c, CONTROLS);
  }

  /** The ideographs of BERT's {@code tokenization.py}. */
  static boolean isChinese(int c) {
    return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x2A6DF
        || c >= 0x2A700 && c <= 0x2B73F || c >= 0x2B740 && c <= 0x2B81F || c >= 0x2B920 && c <= 0x2CEAF
        || c >= 0xF900 && c <= 0xFAFF || c >= 0x2F800 && c <= 0x2FA1F;
  }

  private static boolean isIn(int c, int types) {
    return (types >> Character.getType(c) & 1) != 0;
  }
}
