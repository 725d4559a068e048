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
 * Rows of quantised weights on their way to a product, with a scale and a minimum for each 16 of them, or for
 * each 32.
 *
 * @param quants signed
 * @param scales by which quants are multiplied
 * @param minima what is added
 * @param codes room for the 16 signed bytes that scales and minima are made of
 */
record Unpacked(byte[] quants, float[] scales, float[] minima, byte[] codes) {
  private static final int GROUP = 16;
  /** Bytes around the codes: these are written all the time, and no other thread may need their cache line. */
  private static final int LINE = 64;
  /** Of at most 8 lanes, whose codes are read as they were written: those of two words are slow to meet. */
  private static final VectorSpecies<Integer> I = Width.L == 4 ? IntVector.SPECIES_128 : IntVector.SPECIES_256;
  private static final VectorSpecies<Float> S = I.withLanes(float.class);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Room for so many weights. Vectors are read beyond the end of the last. */
  static Unpacked of(int n) {
    return new Unpacked(new byte[n + GROUP], new float[n / GROUP], new float[n / GROUP],
        new byte[LINE + GROUP + LINE]);
  }

  /** Room for how many weights this is. */
  int elements() {
    return GROUP * scales.length;
  }

  /** Sets 16 scales from {@code at} on: {@code factor} times each of the 16 bytes of two words. */
  void scales(int at, float factor, long first, long second) {
    put(factor, first, second, scales, at);
  }

  /** Likewise minima. */
  void minima(int at, float factor, long first, long second) {
    put(factor, first, second, minima, at);
  }

  /** Sets 8 scales and minima from {@code at} on: factors times the 8 bytes of a word. */
  void parts(int at, float factor, long scaleCodes, float minimumFactor, long minimumCodes) {
    LONG.set(codes, LINE, scaleCodes);
    LONG.set(codes, LINE + Long.BYTES, minimumCodes);
    for (int g = 0; g < GROUP / 2; g += S.length()) {
      floats(g).mul(factor).intoArray(scales, at + g);
      floats(GROUP / 2 + g).mul(minimumFactor).intoArray(minima, at + g);
    }
  }

  private FloatVector floats(int at) {
    var integers = ByteVector.fromArray(ByteVector.SPECIES_64, codes, LINE + at)
        .convertShape(VectorOperators.B2I, I, 0);
    return (FloatVector) integers.convertShape(VectorOperators.I2F, S, 0);
  }

  private void put(float factor, long first, long second, float[] out, int at) {
    LONG.set(codes, LINE, first);
    LONG.set(codes, LINE + Long.BYTES, second);
    for (int g = 0; g < GROUP; g += S.length()) {
      floats(g).mul(factor).intoArray(out, at + g);
    }
  }
}
