package linnet.nn.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import linnet.nn.io.ModelFormatException;
import linnet.nn.io.StoredTensor;

/**
 * Reads all weights of a model once and looks for values that are not finite, on a thread of its own, so that
 * whoever loads a model can do something else meanwhile; whoever waits for it helps.
 */
final class WeightsCheck implements AutoCloseable {
  private static final int NONE = Integer.MAX_VALUE;

  /** A piece of work. */
  private record Part(int tensor, long part) {}

  private final Path file;
  private final List<StoredTensor> tensors;
  private final List<Part> parts = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger firstBad = new AtomicInteger(NONE);
  private final FutureTask<Void> helper = new FutureTask<>(this::work, null);

  /** Begins to check; the tensors must stay readable until this is closed. */
  WeightsCheck(Path file, List<StoredTensor> tensors) {
    this.file = file;
    this.tensors = List.copyOf(tensors);
    for (int t = 0; t < tensors.size(); t++) {
      for (long part = 0; part < FiniteCheck.parts(tensors.get(t)); part++) {
        parts.add(new Part(t, part));
      }
    }
    Thread.ofPlatform().daemon().name("weights-check").start(helper);
  }

  private void work() {
    for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
      var part = parts.get(i);
      if (part.tensor() < firstBad.get() && !FiniteCheck.isFinite(tensors.get(part.tensor()), part.part())) {
        firstBad.accumulateAndGet(part.tensor(), Math::min);
      }
    }
  }

  /**
   * Waits until all is read.
   *
   * @throws ModelFormatException if values are not finite; the first such tensor is named
   */
  void await() {
    work();
    joinHelper();
    if (helper.state() == Future.State.FAILED) {
      throw new IllegalStateException(file + ": the weights could not be read", helper.exceptionNow());
    }
    if (firstBad.get() != NONE) {
      throw new ModelFormatException(file, tensors.get(firstBad.get()).name(), Weights.NOT_FINITE);
    }
  }

  /** Begins no further part and waits for those that are read, so that the files can be unmapped. */
  @Override
  public void close() {
    next.set(parts.size());
    joinHelper();
  }

  private void joinHelper() {
    boolean interrupted = false;
    while (helper.state() == Future.State.RUNNING) {
      try {
        helper.get();
      } catch (InterruptedException again) {
        interrupted = true;
      } catch (ExecutionException failed) {
        break; // its state says so
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
