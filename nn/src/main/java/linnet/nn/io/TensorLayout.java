package linnet.nn.io;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import linnet.tensor.DType;
import linnet.tensor.Shape;

/** Where a tensor's data lie within a file, and the checks that every format's header must pass. */
record TensorLayout(TensorSpec spec, long start) {
  /**
   * Makes a description from sizes that a header gave.
   *
   * @throws ModelFormatException if a size does not fit, the product overflows or the elements fill no whole
   *     blocks
   */
  static TensorSpec spec(Object file, String name, DType dtype, long[] sizes) {
    var ints = new int[sizes.length];
    for (int d = 0; d < sizes.length; d++) {
      ints[d] = (int) sizes[d];
      if (sizes[d] < 0 || sizes[d] != ints[d]) {
        throw new ModelFormatException(file, name, "found the shape " + Arrays.toString(sizes)
            + ", expected sizes from 0 to " + Integer.MAX_VALUE);
      }
    }
    int innermost = sizes.length == 0 ? 1 : ints[sizes.length - 1];
    if (innermost % dtype.elementsPerBlock() != 0) {
      throw new ModelFormatException(file, name, "found rows of " + innermost + " elements, expected"
          + " a multiple of " + dtype.elementsPerBlock() + " for " + dtype);
    }
    var spec = new TensorSpec(name, dtype, Shape.of(ints));
    try {
      spec.bytes();
    } catch (ArithmeticException overflow) {
      throw new ModelFormatException(file, name, "found the shape " + Arrays.toString(sizes)
          + ", expected a tensor of less than 2^63 bytes");
    }
    return spec;
  }

  long end() {
    return start + spec.bytes();
  }

  /** The layouts in the order of their data, after checking that no two share a byte. */
  static List<TensorLayout> inFileOrder(Object file, List<TensorLayout> layouts) {
    var sorted = layouts.stream()
        .sorted(Comparator.comparingLong(TensorLayout::start).thenComparingLong(TensorLayout::end))
        .toList();
    for (int i = 1; i < sorted.size(); i++) {
      var previous = sorted.get(i - 1);
      var current = sorted.get(i);
      if (current.start < previous.end()) {
        throw new ModelFormatException(file, current.spec.name(), "found data from byte " + current.start
            + ", which overlap those of " + previous.spec.name() + " up to byte " + previous.end()
            + ", expected tensors apart");
      }
    }
    return sorted;
  }
}
