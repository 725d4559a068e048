package linnet.nn.io;

import java.lang.foreign.MemorySegment;

/**
 * The order of the rows of query and key projections. Rotary embedding turns pairs of features of a head:
 * Hugging Face pairs feature i with i + half; GGUF files of the architecture {@code llama} pair 2i with 2i +
 * 1, for which llama.cpp's converter reorders the rows. Whole rows move, so that quantised blocks, which lie
 * within a row, stay as they are.
 *
 * @param heads the number of heads that the rows belong to
 */
record RotaryRows(int heads) {
  /**
   * Checks that the rows of a tensor can be reordered.
   *
   * @throws ModelFormatException if they are not an even number for each head
   */
  void check(Object file, TensorSpec spec) {
    int rank = spec.shape().rank();
    boolean wholeRows = rank == 2 || rank == 1 && !spec.dtype().isQuantized();
    if (!wholeRows || spec.shape().size(0) % (2L * heads) != 0) {
      throw new ModelFormatException(file, spec.name(), "found " + spec.dtype() + " " + spec.shape()
          + ", expected whole rows, an even number for each of " + heads + " heads");
    }
  }

  /** Copies rows from GGUF's order into Hugging Face's. */
  void pairsToHalves(StoredTensor source, MemorySegment target) {
    long rowBytes = rowBytes(source);
    for (int row = 0; row < source.shape().size(0); row++) {
      MemorySegment.copy(source.bytes(), row * rowBytes, target, halved(source, row) * rowBytes, rowBytes);
    }
  }

  /** Copies rows from Hugging Face's order into GGUF's. */
  void halvesToPairs(StoredTensor source, MemorySegment target) {
    long rowBytes = rowBytes(source);
    for (int row = 0; row < source.shape().size(0); row++) {
      MemorySegment.copy(source.bytes(), halved(source, row) * rowBytes, target, row * rowBytes, rowBytes);
    }
  }

  private static long rowBytes(StoredTensor tensor) {
    return tensor.spec().bytes() / Math.max(1, tensor.shape().size(0));
  }

  /** Where Hugging Face has the row that is number {@code row} in GGUF. */
  private int halved(StoredTensor tensor, int row) {
    int size = tensor.shape().size(0) / heads;
    int within = row % size;
    return row - within + within % 2 * (size / 2) + within / 2;
  }
}
