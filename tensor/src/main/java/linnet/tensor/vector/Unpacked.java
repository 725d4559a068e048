package linnet.tensor.vector;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * A row of quantised weights on its way to a product, in groups of 16 with a scale and a minimum.
 *
 * @param quants signed
 * @param scales by which quants are multiplied
 * @param minima what is added
 * @param codes room for the 16 signed bytes that scales and minima are made of
 */
record Unpacked(byte[] quants, float[] scales, float[] minima, byte[] codes) {
  private static final int GROUP = 16;
  /** Of at most 8 lanes, whose codes are read as they were written: those of two words are slow to meet. */
  private static final VectorSpecies<Integer> I = Width.L == 4 ? IntVector.SPECIES_128 : IntVector.SPECIES_256;
  private static final VectorSpecies<Float> S = I.withLanes(float.class);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Room for so many weights. Vectors are read beyond the end of the last. */
  static Unpacked of(int n) {
    return new Unpacked(new byte[n + GROUP], new float[n / GROUP], new float[n / GROUP], new byte[2 * GROUP]);
  }

  /** Sets 16 scales from {@code at} on: {@code factor} times each of the 16 bytes of two words. */
  void scales(int at, float factor, long first, long second) {
    put(factor, first, second, scales, at);
  }

  /** Likewise minima. */
  void minima(int at, float factor, long first, long second) {
    put(factor, first, second, minima, at);
  }

  private void put(float factor, long first, long second, float[] out, int at) {
    LONG.set(codes, 0, first);
    LONG.set(codes, Long.BYTES, second);
    for (int g = 0; g < GROUP; g += S.length()) {
      var integers = ByteVector.fromArray(ByteVector.SPECIES_64, codes, g)
          .convertShape(VectorOperators.B2I, I, 0);
      ((FloatVector) integers.convertShape(VectorOperators.I2F, S, 0)).mul(factor).intoArray(out, at + g);
    }
  }
}
