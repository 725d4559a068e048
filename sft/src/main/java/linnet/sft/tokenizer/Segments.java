package linnet.sft.tokenizer;

/** Joins the segments of a piece, matches and what lies between them, as a {@link SplitBehavior} says. */
final class Segments {
  private final SplitBehavior behavior;
  private final AlignedText text;
  private final PieceSink sink;
  private int start;
  private int end;
  private boolean match;

  /** Starts before the first segment, which starts at {@code from}. */
  Segments(SplitBehavior behavior, AlignedText text, int from, PieceSink sink) {
    this.behavior = behavior;
    this.text = text;
    this.sink = sink;
    this.start = from;
    this.end = from;
  }

  /** Adds the segment that ends here. */
  void add(int segmentEnd, boolean isMatch) {
    if (end > start && !behavior.joins(match, isMatch)) {
      emit();
      start = end;
    }
    end = segmentEnd;
    match = isMatch;
  }

  /** Ends the piece. */
  void finish() {
    if (end > start) {
      emit();
    }
  }

  private void emit() {
    if (!match || behavior != SplitBehavior.REMOVED) {
      sink.accept(text, start, end);
    }
  }
}
