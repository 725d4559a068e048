package linnet.cli;

/** Times an answer: the prompt up to the first token, then the rest. */
final class Stopwatch {
  private final long start = System.nanoTime();
  private long first;

  /** Call it with every token; the first call counts. */
  void firstToken() {
    if (first == 0) {
      first = System.nanoTime();
    }
  }

  /** Seconds from the beginning to the first token. */
  double untilFirstToken() {
    return ((first == 0 ? System.nanoTime() : first) - start) * 1e-9;
  }

  /** Tokens per second after the first one. */
  double tokensPerSecond(int tokens) {
    return first == 0 || tokens < 2 ? 0 : (tokens - 1) / ((System.nanoTime() - first) * 1e-9);
  }
}
