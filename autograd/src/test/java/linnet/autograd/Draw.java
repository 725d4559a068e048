package linnet.autograd;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import linnet.tensor.DType;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** Random tensors with random strides, the same values for the same seed whatever the backend and dtype. */
final class Draw {
  private final Random random;
  private final Scope scope;
  private final DType dtype;

  Draw(long seed, Scope scope, DType dtype) {
    this.random = new Random(seed);
    this.scope = scope;
    this.dtype = dtype;
  }

  /** A size from 1 to {@code max}. */
  int size(int max) {
    return 1 + random.nextInt(max);
  }

  /** A number in [from, to). */
  int below(int from, int to) {
    return random.nextInt(from, to);
  }

  long[] keys(int count) {
    return random.longs(count).toArray();
  }

  /** A shape of rank 1 to {@code maxRank}, small enough for central differences. */
  Shape shape(int maxRank) {
    var sizes = new int[size(maxRank)];
    Arrays.setAll(sizes, d -> size(4));
    return Shape.of(sizes);
  }

  /** A shape that broadcasts to {@code target}: sizes turned to 1, leading dimensions left out. */
  Shape broadcastable(Shape target) {
    int missing = random.nextInt(3) == 0 ? random.nextInt(target.rank() + 1) : 0;
    int[] sizes = Arrays.copyOfRange(target.toArray(), missing, target.rank());
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = random.nextInt(3) == 0 ? 1 : sizes[d];
    }
    return Shape.of(sizes);
  }

  /** Normal values in a random layout. */
  Tensor tensor(int... sizes) {
    return tensor(Shape.of(sizes), x -> x);
  }

  /**
   * Normal values, mapped, in a random layout: row by row, two dimensions exchanged, or part of a larger
   * tensor.
   */
  Tensor tensor(Shape shape, DoubleUnaryOperator map) {
    var tensor = layout(shape);
    var values = new double[(int) shape.elements()];
    Arrays.setAll(values, i -> (float) map.applyAsDouble(random.nextGaussian())); // F32 holds them, too
    tensor.copyFrom(values);
    return tensor;
  }

  private Tensor layout(Shape shape) {
    int kind = shape.rank() == 0 ? 0 : random.nextInt(3);
    int a = shape.rank() == 0 ? 0 : random.nextInt(shape.rank());
    int b = shape.rank() == 0 ? 0 : random.nextInt(shape.rank());
    return switch (kind) {
      case 0 -> scope.allocate(dtype, shape);
      case 1 -> scope.allocate(dtype, shape.with(a, shape.size(b)).with(b, shape.size(a))).transpose(a, b);
      default -> {
        var larger = scope.allocate(dtype, shape.with(a, shape.size(a) + 3));
        yield larger.slice(a, 1, 1 + shape.size(a));
      }
    };
  }

  /** Indices below {@code bound}. */
  Tensor indices(int count, int bound) {
    return scope.ints(random.ints(count, 0, bound).toArray());
  }
}
