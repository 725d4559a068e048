package linnet.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Runs the same work on a fixed number of threads at once, the caller among them. */
final class Together implements AutoCloseable {
  private final ExecutorService others;
  private final int threads;

  Together(int threads) {
    this.threads = threads;
    others = threads == 1 ? null
        : Executors.newFixedThreadPool(threads - 1, Thread.ofPlatform().daemon().factory());
  }

  /** Returns the sum of the results, when the last thread is done. */
  double run(IntToDoubleFunction work) {
    var running = IntStream.range(1, threads).mapToObj(i -> others.submit(() -> work.applyAsDouble(i)))
        .toList();
    double sum = work.applyAsDouble(0);
    for (var other : running) {
      sum += result(other);
    }
    return sum;
  }

  private static double result(Future<Double> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void close() {
    if (others != null) {
      others.shutdownNow();
    }
  }
}
