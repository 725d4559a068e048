package linnet.tensor.conformance;

import java.util.List;
import jdk.incubator.vector.VectorShape;
import linnet.tensor.Backend;
import linnet.tensor.Backends;

/** The backends that are held against the reference in this process, opened once. */
final class Candidates {
  private static final List<Backend> ALL = List.of(Backends.vector(1), Backends.vector(3));

  private Candidates() {}

  static List<Backend> all() {
    return ALL;
  }

  /** The vector width that this process is told to use; 0 is none, and absent is the machine's own. */
  static int bits() {
    return Integer.getInteger("linnet.vector.bits", VectorShape.preferredShape().vectorBitSize());
  }

  /** Whether the JVM emulates the vectors of this process, at a thousandth of the speed. */
  static boolean emulated() {
    return bits() > VectorShape.preferredShape().vectorBitSize();
  }

  /** Sizes around the multiples of any vector's length; tiny ones where vectors are emulated. */
  static int[] sizes() {
    return emulated()
        ? new int[] {0, 1, 2, 3, 17}
        : new int[] {0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 48, 64, 70, 100};
  }
}
