package linnet.sft.data;

/**
 * Where a run stands in its data.
 *
 * @param epoch passes over the data that are complete
 * @param index rows of this epoch's order that were used
 */
public record DataPosition(long epoch, int index) {
  /** The beginning. */
  public static final DataPosition START = new DataPosition(0, 0);
}
