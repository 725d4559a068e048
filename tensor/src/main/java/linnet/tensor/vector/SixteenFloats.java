package linnet.tensor.vector;

import static linnet.tensor.vector.Width.I;
import static linnet.tensor.vector.Width.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A table of 16 floats that whole vectors of indices are looked up in. It takes one vector of 512 bits, two
 * of 256 or four of 128; what is not needed repeats the first. A record in a static final field, so that C2
 * keeps the vectors in registers.
 *
 * @param bits0 the first L floats
 * @param bits1 the second
 * @param bits2 the third
 * @param bits3 the last
 */
record SixteenFloats(IntVector bits0, IntVector bits1, IntVector bits2, IntVector bits3) {
  private static final int SIZE = 16;

  static SixteenFloats of(float... values) {
    return new SixteenFloats(part(values, 0), part(values, 1), part(values, 2), part(values, 3));
  }

  private static IntVector part(float[] values, int part) {
    int from = part * L < SIZE ? part * L : 0;
    return FloatVector.fromArray(Width.S, values, from).reinterpretAsInts();
  }

  /** The floats at indices from 0 to 15. */
  FloatVector get(IntVector index) {
    if (L == SIZE) {
      return index.selectFrom(bits0).reinterpretAsFloats();
    }
    var within = index.and(L - 1);
    var found = within.selectFrom(bits0)
        .blend(within.selectFrom(bits1), index.compare(VectorOperators.GT, L - 1));
    if (L < SIZE / 2) {
      found = found.blend(within.selectFrom(bits2), index.compare(VectorOperators.GT, 2 * L - 1))
          .blend(within.selectFrom(bits3), index.compare(VectorOperators.GT, 3 * L - 1));
    }
    return found.reinterpretAsFloats();
  }
}
