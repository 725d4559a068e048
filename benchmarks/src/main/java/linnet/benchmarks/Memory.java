package linnet.benchmarks;

import java.util.Random;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Tensor;

/** A backend and random tensors on it, for the time of a benchmark. */
final class Memory implements AutoCloseable {
  private final Backend backend;
  private final Scope scope;
  private final Random random = new Random(1);

  Memory(int threads) {
    backend = Backends.vector(threads);
    scope = backend.scope("benchmark");
  }

  Backend backend() {
    return backend;
  }

  Scope scope() {
    return scope;
  }

  /** Numbers in [−0.5, 0.5). */
  Tensor random(DType dtype, int... sizes) {
    var tensor = scope.allocate(DType.F32, sizes);
    var values = new float[Math.toIntExact(tensor.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    tensor.copyFrom(values);
    if (dtype == DType.F32) {
      return tensor;
    }
    var rounded = scope.allocate(dtype, sizes);
    backend.copy(rounded, tensor);
    scope.release(tensor);
    return rounded;
  }

  Tensor indices(int count, int bound) {
    return scope.ints(random.ints(count, 0, bound).toArray());
  }

  @Override
  public void close() {
    scope.close();
    backend.close();
  }
}
