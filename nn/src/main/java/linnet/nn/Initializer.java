package linnet.nn;

import linnet.tensor.MemoryPlanner;
import linnet.tensor.RandomKey;
import linnet.tensor.Tensor;

/** How a new parameter is filled; random ones draw element i from counter i, the same on every machine. */
public sealed interface Initializer {
  /** Elements that are drawn before they are copied in: bounds the host memory that filling takes. */
  int CHUNK = 1 << 16;

  /** The value of element {@code index}. */
  double at(RandomKey key, long index);

  /** Fills a dense tensor; on a planning backend, where nothing is kept, nothing is drawn. */
  default void fill(Tensor out, RandomKey key) {
    if (out.backend() instanceof MemoryPlanner) {
      return;
    }
    long elements = out.elements();
    var flat = out.reshape(Math.toIntExact(elements));
    for (long from = 0; from < elements; from += CHUNK) {
      var values = new double[(int) Math.min(CHUNK, elements - from)];
      for (int i = 0; i < values.length; i++) {
        values[i] = at(key, from + i);
      }
      flat.slice(0, (int) from, (int) from + values.length).copyFrom(values);
    }
  }

  /**
   * Every element the same.
   *
   * @param value the value
   */
  record Constant(double value) implements Initializer {
    @Override
    public double at(RandomKey key, long index) {
      return value;
    }
  }

  /**
   * Normal around zero.
   *
   * @param deviation the standard deviation
   */
  record Normal(double deviation) implements Initializer {
    @Override
    public double at(RandomKey key, long index) {
      return deviation * key.normal(index);
    }
  }

  /**
   * Uniform in [−bound, bound). With bound 1/√in it is PyTorch's {@code kaiming_uniform_(a=√5)}, the default
   * of linear layers and of LoRA's A.
   *
   * @param bound half the width
   */
  record Uniform(double bound) implements Initializer {
    @Override
    public double at(RandomKey key, long index) {
      return bound * (2 * (double) key.uniform(index) - 1);
    }
  }
}
