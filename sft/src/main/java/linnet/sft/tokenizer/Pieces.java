package linnet.sft.tokenizer;

import java.util.ArrayList;
import java.util.List;

/** Keeps the pieces of a text, in order, for whoever goes through them afterwards. */
final class Pieces implements PieceSink {
  private final List<AlignedText> texts = new ArrayList<>();
  private final IntArray starts = new IntArray(0);
  private final IntArray ends = new IntArray(0);
  private long units;

  @Override
  public void accept(AlignedText text, int from, int to) {
    texts.add(text);
    starts.add(from);
    ends.add(to);
    units += to - from;
  }

  /** The length of all of them. */
  long units() {
    return units;
  }

  /** Takes a piece as its bytes, see {@link AlignedText#mapBytes}. */
  void acceptBytes(AlignedText text, int from, int to) {
    var bytes = text.mapBytes(from, to);
    accept(bytes, 0, bytes.length());
  }

  /** Gives all of them. */
  void forEach(PieceSink sink) {
    for (int i = 0; i < texts.size(); i++) {
      sink.accept(texts.get(i), starts.get(i), ends.get(i));
    }
  }
}
