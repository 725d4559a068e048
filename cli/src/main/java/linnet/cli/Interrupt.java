package linnet.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets work end in an orderly way on Ctrl-C or a termination signal: the JVM's shutdown first calls an action, then
 * waits until this is closed.
 */
final class Interrupt implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private Interrupt(Runnable action) {
    hook = new Thread(() -> {
      action.run();
      try {
        done.await();
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    }, "interrupt");
  }

  static Interrupt callingOnce(Runnable action) {
    var interrupt = new Interrupt(action);
    Runtime.getRuntime().addShutdownHook(interrupt.hook);
    return interrupt;
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      return; // the hook runs, and now comes to its end
    }
  }
}
