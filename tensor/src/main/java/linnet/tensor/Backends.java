package linnet.tensor;

import linnet.tensor.plan.PlanningBackend;
import linnet.tensor.reference.ReferenceBackend;
import linnet.tensor.vector.VectorBackend;

/** The backends there are. Each call makes a new one, with memory and threads of its own; close it. */
public final class Backends {
  private Backends() {}

  /**
   * The definition of every primitive: plain loops in F64, one thread, for small tensors and for checking
   * gradients and other backends.
   */
  public static Backend reference() {
    return new ReferenceBackend();
  }

  /** The fast one, on all processors: F32 on the Vector API, see {@link #vector(int)}. */
  public static Backend vector() {
    return vector(Runtime.getRuntime().availableProcessors());
  }

  /**
   * F32 arithmetic on the Vector API, in the machine's vector width or the one that {@code
   * -Dlinnet.vector.bits} asks for (128, 256, 512, or 0 for plain scalar Java). The results' bits depend on
   * neither that nor the threads.
   *
   * @param threads at least 1, the calling one among them
   * @throws IllegalStateException if the JVM was started without the Vector API's module; the message says
   *     what to do
   */
  public static Backend vector(int threads) {
    return new VectorBackend(threads);
  }

  /**
   * No memory and no arithmetic: runs a program to learn what memory it needs, see {@link
   * MemoryPlanner#plan}.
   */
  public static MemoryPlanner planning() {
    return new PlanningBackend();
  }
}
