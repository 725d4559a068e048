package linnet.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** A backend and random tensors on it, for the time of a benchmark. */
final class Memory implements AutoCloseable {
  private final Backend backend;
  private final Scope scope;
  private final Arena files = Arena.ofShared();
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
    tensor.copyFrom(numbers(Math.toIntExact(tensor.elements())));
    if (dtype == DType.F32) {
      return tensor;
    }
    var rounded = scope.allocate(dtype, sizes);
    backend.copy(rounded, tensor);
    scope.release(tensor);
    return rounded;
  }

  /**
   * Numbers in [−0.05, 0.05) in a mapped file, as the frozen weights of a model are; of quantised types,
   * equal blocks.
   */
  Tensor mapped(DType dtype, int... sizes) {
    var shape = Shape.of(sizes);
    long bytes = dtype.bytes(shape.elements());
    try {
      var file = Files.createTempFile("linnet-benchmark", ".weights");
      try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        var writable = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, files);
        if (dtype.isQuantized()) {
          writable.fill((byte) 0x3C); // scales of about 1 in F16, 0.01 in F32: no subnormal numbers
        } else {
          var values = numbers(Math.toIntExact(shape.elements()));
          for (int i = 0; i < values.length; i++) {
            values[i] /= 10;
          }
          Codec.encode(dtype, values, 0, values.length, writable, 0);
        }
        return backend.adopt(scope, dtype, shape,
            channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, files));
      } finally {
        Files.delete(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  Tensor indices(int count, int bound) {
    return scope.ints(random.ints(count, 0, bound).toArray());
  }

  private float[] numbers(int count) {
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  @Override
  public void close() {
    scope.close();
    backend.close();
    files.close();
  }
}
