package linnet.tensor.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.RandomBlocks;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * Sets up one random case on one backend. Stages of equal seeds draw equal sizes, layouts and values in the
 * same order, so that a case is written once and runs anywhere. Inputs are exact in F32 and lie in storages
 * whose gaps are NaN; of outputs the whole storages are compared, so that a stray write shows.
 */
final class Stage implements AutoCloseable {
  private final Backend backend;
  private final Scope scope;
  private final SplittableRandom random;
  private final int[] sizes;
  private final List<Supplier<double[]>> outputs = new ArrayList<>();
  private final List<Tensor> all = new ArrayList<>();

  Stage(Backend backend, long seed, int[] sizes) {
    this.backend = backend;
    this.scope = backend.scope("conformance");
    this.random = new SplittableRandom(seed);
    this.sizes = sizes;
  }

  Backend backend() {
    return backend;
  }

  /** A size that some loop finds awkward; 0 is one of them. */
  int size() {
    return sizes[random.nextInt(sizes.length)];
  }

  /** As {@link #size}, but at least 1. */
  int positiveSize() {
    return Math.max(1, size());
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  double normal() {
    return (float) random.nextGaussian();
  }

  /** Standard normal numbers in any layout. */
  Tensor input(int... shape) {
    return input(Layout.ANY, DType.F32, x -> x, shape);
  }

  /** Standard normal numbers whose last dimension is dense. */
  Tensor rows(int... shape) {
    return input(Layout.DENSE_ROWS, DType.F32, x -> x, shape);
  }

  /**
   * Numbers to be summed, in any layout: normal, and the smaller the more there are, so that the partial sums
   * of any order, and with them the rounding, stay of one size.
   */
  Tensor summands(int... shape) {
    double scale = Math.sqrt(Math.max(1, Shape.of(shape).elements()));
    return input(Layout.ANY, DType.F32, x -> x / scale, shape);
  }

  /** {@code map} of standard normal numbers. */
  Tensor input(List<Layout> layouts, DType dtype, DoubleUnaryOperator map, int... shape) {
    var tensor = oneOf(layouts).place(scope, dtype, shape);
    backend.fill(storageOf(tensor), Double.NaN);
    for (int d = 0; d < tensor.rank(); d++) { // a repeated element is written once
      if (tensor.stride(d) == 0 && tensor.size(d) > 1) {
        write(tensor.slice(d, 0, 1), map);
        all.add(tensor);
        return tensor;
      }
    }
    write(tensor, map);
    all.add(tensor);
    return tensor;
  }

  private void write(Tensor tensor, DoubleUnaryOperator map) {
    var values = new double[(int) tensor.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) map.applyAsDouble(normal());
    }
    tensor.copyFrom(values);
  }

  /** A quantised matrix (rows, columns) of random blocks, adopted; its values are mostly below 1. */
  Tensor quantized(DType dtype, int rows, int columns) {
    var shape = Shape.of(rows, columns);
    MemorySegment bytes = Arena.ofAuto().allocate(dtype.bytes(shape.elements()), 32);
    RandomBlocks.fill(dtype, bytes, () -> below(256), () -> normal() / 4);
    var tensor = backend.adopt(scope, dtype, shape, bytes);
    all.add(tensor);
    return tensor;
  }

  /** Indices into {@code bound} rows. */
  Tensor indices(int count, int bound) {
    return scope.ints(random.ints(count, 0, bound).toArray());
  }

  /** A place for a result in any layout that can be written. */
  Tensor output(int... shape) {
    return output(Layout.WRITABLE, DType.F32, shape);
  }

  /** A place for a result whose last dimension is dense. */
  Tensor outputRows(int... shape) {
    return output(Layout.DENSE_ROWS, DType.F32, shape);
  }

  /** A place for a result: NaN, so that what is not overwritten shows. */
  Tensor output(List<Layout> layouts, DType dtype, int... shape) {
    var tensor = oneOf(layouts).place(scope, dtype, shape);
    backend.fill(storageOf(tensor), Double.NaN);
    outputs.add(() -> storageOf(tensor).toDoubles());
    all.add(tensor);
    return tensor;
  }

  /** Values that an operation changes. */
  Tensor changed(List<Layout> layouts, DoubleUnaryOperator map, int... shape) {
    var tensor = input(layouts, DType.F32, map, shape);
    outputs.add(() -> storageOf(tensor).toDoubles());
    return tensor;
  }

  /** Records a number as a result, or several. */
  void result(double... values) {
    outputs.add(values::clone);
  }

  /** The storages of all outputs. */
  List<double[]> results() {
    return outputs.stream().map(Supplier::get).toList();
  }

  private static Tensor storageOf(Tensor tensor) {
    return Tensor.over(tensor.storage(), Shape.of(Math.toIntExact(tensor.storage().length())));
  }

  /** The tensors of the case. */
  @Override
  public String toString() {
    return all.toString();
  }

  @Override
  public void close() {
    scope.close();
  }
}
