package linnet.sft.data;

import java.util.List;

/**
 * The rows of one optimizer step.
 *
 * @param groups one list of rows for each accumulation step
 * @param next where the following step begins
 */
public record StepBatch(List<List<EncodedRow>> groups, DataPosition next) {
  /** All rows of the step. */
  public List<EncodedRow> rows() {
    return groups.stream().flatMap(List::stream).toList();
  }
}
