package linnet.sft.data;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Work on another thread for as long as its result is not needed. */
public final class Concurrently {
  private Concurrently() {}

  /**
   * Begins work.
   *
   * @param work what is to be done
   * @return what waits for the work's result, or throws what the work threw
   */
  public static <T> Supplier<T> begin(Supplier<T> work) {
    var result = CompletableFuture.supplyAsync(work);
    return () -> {
      try {
        return result.join();
      } catch (CompletionException failed) {
        switch (failed.getCause()) {
          case RuntimeException refused -> throw refused;
          case Error error -> throw error;
          default -> throw failed;
        }
      }
    };
  }
}
