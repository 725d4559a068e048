package linnet.sft.tokenizer;

/** What becomes of the matches at which a pre-tokenizer splits; {@code the-final--countdown} at {@code -}. */
enum SplitBehavior {
  /** {@code the, final, countdown}. */
  REMOVED("Removed"),
  /** {@code the, -, final, -, -, countdown}. */
  ISOLATED("Isolated"),
  /** {@code the-, final-, -, countdown}. */
  MERGED_WITH_PREVIOUS("MergedWithPrevious"),
  /** {@code the, -final, -, -countdown}. */
  MERGED_WITH_NEXT("MergedWithNext"),
  /** {@code the, -, final, --, countdown}. */
  CONTIGUOUS("Contiguous");

  private final String jsonName;

  SplitBehavior(String jsonName) {
    this.jsonName = jsonName;
  }

  /** Its name in {@code tokenizer.json}. */
  String jsonName() {
    return jsonName;
  }

  /** Whether a segment continues the one before it; each is a match or what lies between matches. */
  boolean joins(boolean previousIsMatch, boolean isMatch) {
    return switch (this) {
      case REMOVED, ISOLATED -> false;
      case MERGED_WITH_PREVIOUS -> isMatch && !previousIsMatch;
      case MERGED_WITH_NEXT -> !isMatch && previousIsMatch;
      case CONTIGUOUS -> isMatch == previousIsMatch;
    };
  }
}
