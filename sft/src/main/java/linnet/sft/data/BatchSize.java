package linnet.sft.data;

import java.util.List;

/** How many rows go through the model between two looks at the gradient. */
public sealed interface BatchSize {
  /** Where the batch that begins at {@code from} ends, given the rows in order; at least one row further. */
  int end(List<EncodedRow> ordered, int from);

  /**
   * So many rows.
   *
   * @param count at least 1
   */
  record Rows(int count) implements BatchSize {
    /** Checks the number. */
    public Rows {
      if (count < 1) {
        throw new IllegalArgumentException("batch size: found " + count + " rows, expected at least 1");
      }
    }

    @Override
    public int end(List<EncodedRow> ordered, int from) {
      return Math.min(ordered.size(), from + count);
    }
  }

  /**
   * As many rows, in order, as have at most so many tokens together; a longer row is a batch of its own.
   *
   * @param budget at least 1
   */
  record Tokens(int budget) implements BatchSize {
    /** Checks the number. */
    public Tokens {
      if (budget < 1) {
        throw new IllegalArgumentException("batch size: found " + budget + " tokens, expected at least 1");
      }
    }

    @Override
    public int end(List<EncodedRow> ordered, int from) {
      long tokens = ordered.get(from).tokens();
      int end = from + 1;
      while (end < ordered.size() && tokens + ordered.get(end).tokens() <= budget) {
        tokens += ordered.get(end++).tokens();
      }
      return end;
    }
  }
}
