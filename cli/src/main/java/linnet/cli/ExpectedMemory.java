package linnet.cli;

/**
 * What a run will need of the machine's memory, in bytes.
 *
 * @param tensors what the backend asks for
 * @param weights files that are read in place, and quantised weights
 * @param jvm the JVM's own: heap, code, threads
 */
record ExpectedMemory(long tensors, long weights, long jvm) {
  /**
   * What a JVM takes beside its heap when it trains: code, classes, threads, and what the heap grows by when
   * a tokenizer is parsed to be saved; measured with SmolLM2-135M.
   */
  private static final long BESIDE_HEAP = 184L << 20;

  /** With the heap as it is now, which holds all rows. */
  static ExpectedMemory withHeapOfNow(long tensors, long weights) {
    return new ExpectedMemory(tensors, weights, BESIDE_HEAP + Runtime.getRuntime().totalMemory());
  }

  long bytes() {
    return tensors + weights + jvm;
  }

  @Override
  public String toString() {
    return "%s (tensors %s, weights %s, JVM %s)".formatted(PeakMemory.text(bytes()), PeakMemory.text(tensors),
        PeakMemory.text(weights), PeakMemory.text(jvm));
  }
}
