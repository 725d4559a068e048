package linnet.sft.data;

import java.util.List;

/**
 * Rows that can be trained on, and what became of the others.
 *
 * @param rows in the order of the file, each with at least one target
 * @param dropped rows that have none within the length
 * @param truncated how many of {@code rows} were cut to the length
 */
public record EncodedData(List<EncodedRow> rows, List<Dropped> dropped, int truncated) {
  /**
   * A row that is not trained on.
   *
   * @param line where it stands
   * @param reason why, for people
   */
  public record Dropped(long line, String reason) {}

  /** Copies the lists. */
  public EncodedData {
    rows = List.copyOf(rows);
    dropped = List.copyOf(dropped);
  }

  /**
   * Checks the length that rows are cut to.
   *
   * @throws IllegalArgumentException if it leaves no room for a target
   */
  static void requireRoom(int maxLength) {
    if (maxLength < 2) {
      throw new IllegalArgumentException("longest row: found " + maxLength + " tokens, expected at least 2");
    }
  }

  /**
   * This, if there is something to train on.
   *
   * @param source the file, for the message
   * @throws DataException if all rows were dropped; the first is named
   */
  EncodedData requireRows(String source) {
    if (rows.isEmpty()) {
      var first = dropped.getFirst();
      throw new DataException(source + ": none of the " + dropped.size()
          + " rows has a token to train; line " + first.line() + ": " + first.reason());
    }
    return this;
  }

  /** All tokens of the rows. */
  public long tokens() {
    return rows.stream().mapToLong(EncodedRow::tokens).sum();
  }

  /** The targets among them. */
  public long trainedTokens() {
    return rows.stream().mapToLong(EncodedRow::trainedTokens).sum();
  }
}
