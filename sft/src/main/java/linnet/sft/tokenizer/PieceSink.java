package linnet.sft.tokenizer;

/** Takes the pieces of a text, in order. */
@FunctionalInterface
interface PieceSink {
  /** Takes the piece from one unit to another (exclusive), which is never empty. */
  void accept(AlignedText text, int from, int to);
}
