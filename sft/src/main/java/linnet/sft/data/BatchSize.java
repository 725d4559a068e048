package linnet.sft.data;

import java.util.List;

/** How many rows go through the model between two looks at the gradient. */
public sealed interface BatchSize {
  /** Where the batch that begins at {@code from} ends, given the rows in order; at least one row further. */
  int end(List<EncodedRow> ordered, int from);

  /** The most tokens that the model has to read for one batch, in whatever order the rows come. */
  long mostInputTokens(List<EncodedRow> rows);

  /** Whether the number of batches in an epoch depends on the order of the rows. */
  boolean countDependsOnOrder();

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

    @Override
    public long mostInputTokens(List<EncodedRow> rows) {
      return rows.stream().mapToLong(row -> -row.inputTokens()).sorted().limit(count).map(n -> -n).sum();
    }

    @Override
    public boolean countDependsOnOrder() {
      return false;
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

    @Override
    public long mostInputTokens(List<EncodedRow> rows) {
      long all = rows.stream().mapToLong(EncodedRow::inputTokens).sum();
      int longest = rows.stream().mapToInt(EncodedRow::inputTokens).max().orElse(0);
      return Math.min(all, Math.max(budget, longest));
    }

    @Override
    public boolean countDependsOnOrder() {
      return true;
    }
  }
}
