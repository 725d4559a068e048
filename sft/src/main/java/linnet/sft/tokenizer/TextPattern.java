package linnet.sft.tokenizer;

/** A pattern as {@code tokenizer.json} writes it, with what finds it. */
sealed interface TextPattern {
  /** The pattern as it is written. */
  String source();

  /** What finds it. */
  Delimiter delimiter();

  /** A string. */
  record Literal(String source, Delimiter delimiter) implements TextPattern {
    Literal(String source) {
      this(source, Delimiter.literal(source));
    }
  }

  /** A regular expression. */
  record Regex(String source, Delimiter delimiter) implements TextPattern {
    Regex(String source) {
      this(source, Delimiter.regex(source));
    }
  }
}
