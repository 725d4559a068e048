package linnet.tensor.vector;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes stored rows in blocks of 16 × 16 words of 32 bits, by vectors of 512 bits, whose instructions
 * pick from two vectors at once. A word is a float, or two bfloat16, which are decoded after they were
 * transposed together.
 *
 * <p>Two passes, so that each is small enough for C2 to keep all vectors in registers: the first transposes
 * 4 × 4 words within four rows, the second the runs of four words among four such groups.
 */
final class VectorTranspose {
  /** Rows and words of a block. */
  static final int SIZE = 16;
  /** Words of each row that are transposed together: so much stays in the innermost cache. */
  private static final int PIECE = 64;

  private static final VectorSpecies<Integer> I = IntVector.SPECIES_512;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
  private static final int GROUP = 4;

  // 1, 2, 4 or 8 words of one vector and as many of the other in turn: the lower halves, the upper halves
  private static final IntVector LOW_1 = turns(1, 0);
  private static final IntVector HIGH_1 = turns(1, SIZE / 2);
  private static final IntVector LOW_2 = turns(2, 0);
  private static final IntVector HIGH_2 = turns(2, SIZE / 2);
  private static final IntVector LOW_4 = turns(4, 0);
  private static final IntVector HIGH_4 = turns(4, SIZE / 2);
  private static final IntVector LOW_8 = turns(8, 0);
  private static final IntVector HIGH_8 = turns(8, SIZE / 2);

  private VectorTranspose() {}

  private static IntVector turns(int run, int first) {
    var lanes = new int[SIZE];
    for (int i = 0; i < SIZE; i++) {
      lanes[i] = i / run % 2 * SIZE + first + i / (2 * run) * run + i % run;
    }
    return IntVector.fromArray(I, lanes, 0);
  }

  /**
   * {@code out[at + i·outStride + r]} = float i of row r, for r below {@code rows} and i below {@code n}.
   *
   * @param offset of the first row, in bytes
   * @param stride from row to row, in bytes
   * @param rows a multiple of 16
   * @param n a multiple of 16
   * @param scratch of {@link StorageLanes#SCRATCH} floats
   */
  static void f32(MemorySegment bytes, long offset, long stride, int rows, int n, float[] out, int at,
      int outStride, float[] scratch) {
    for (int i = 0; i < n; i += PIECE) {
      int words = Math.min(PIECE, n - i);
      for (int r = 0; r < rows; r += SIZE) {
        within(bytes, offset + r * stride + 4L * i, stride, words, scratch);
        among(scratch, 0, words, false, out, at + i * outStride + r, outStride);
      }
    }
  }

  /** The same with bfloat16 i of row r, {@code n} a multiple of 32. */
  static void bf16(MemorySegment bytes, long offset, long stride, int rows, int n, float[] out, int at,
      int outStride, float[] scratch) {
    for (int i = 0; i < n; i += 2 * PIECE) {
      int words = Math.min(PIECE, (n - i) / 2);
      for (int r = 0; r < rows; r += SIZE) {
        within(bytes, offset + r * stride + 2L * i, stride, words, scratch);
        among(scratch, 0, words, true, out, at + i * outStride + r, outStride);
      }
    }
  }

  /**
   * {@code out[at + 16·i + r]} = {@code in[inAt + r·inStride + i]} for r below 16 and i below {@code n}.
   *
   * @param n a multiple of 16
   * @param scratch of 16 · n floats from {@code scratchAt}
   */
  static void floats(float[] in, int inAt, int inStride, int n, float[] out, int at, float[] scratch,
      int scratchAt) {
    for (int group = 0; group < GROUP; group++) {
      int row = inAt + group * GROUP * inStride;
      for (int i = 0; i < n; i += SIZE) {
        within(of(in, row + i), of(in, row + inStride + i), of(in, row + 2 * inStride + i),
            of(in, row + 3 * inStride + i), scratch, scratchAt + group * GROUP * SIZE + i * SIZE);
      }
    }
    among(scratch, scratchAt, n, false, out, at, SIZE);
  }

  private static void within(MemorySegment bytes, long offset, long stride, int words, float[] out) {
    for (int group = 0; group < GROUP; group++) {
      within(bytes, offset + group * GROUP * stride, stride, words, out, group * GROUP * SIZE);
    }
  }

  /** Of four rows, 16 words each time: vector q of a group has words 4q to 4q + 3, each of four rows. */
  private static void within(MemorySegment bytes, long offset, long stride, int words, float[] out, int at) {
    for (int i = 0; i < words; i += SIZE) {
      within(load(bytes, offset, i), load(bytes, offset + stride, i), load(bytes, offset + 2 * stride, i),
          load(bytes, offset + 3 * stride, i), out, at + i * SIZE);
    }
  }

  private static void within(IntVector r0, IntVector r1, IntVector r2, IntVector r3, float[] out, int to) {
    var low01 = LOW_1.selectFrom(r0, r1);
    var high01 = HIGH_1.selectFrom(r0, r1);
    var low23 = LOW_1.selectFrom(r2, r3);
    var high23 = HIGH_1.selectFrom(r2, r3);
    put(LOW_2.selectFrom(low01, low23), out, to);
    put(HIGH_2.selectFrom(low01, low23), out, to + SIZE);
    put(LOW_2.selectFrom(high01, high23), out, to + 2 * SIZE);
    put(HIGH_2.selectFrom(high01, high23), out, to + 3 * SIZE);
  }

  /** @param pairs whether words are two bfloat16, which go to rows of their own */
  private static void among(float[] in, int inAt, int words, boolean pairs, float[] out, int at,
      int outStride) {
    int step = pairs ? 2 * outStride : outStride;
    for (int i = 0; i < words; i += GROUP) {
      int from = inAt + vectorOf(i);
      var g0 = of(in, from);
      var g1 = of(in, from + GROUP * SIZE);
      var g2 = of(in, from + 2 * GROUP * SIZE);
      var g3 = of(in, from + 3 * GROUP * SIZE);
      var low01 = LOW_4.selectFrom(g0, g1);
      var high01 = HIGH_4.selectFrom(g0, g1);
      var low23 = LOW_4.selectFrom(g2, g3);
      var high23 = HIGH_4.selectFrom(g2, g3);
      int to = at + i * step;
      put(LOW_8.selectFrom(low01, low23), pairs, out, to, outStride);
      put(HIGH_8.selectFrom(low01, low23), pairs, out, to + step, outStride);
      put(LOW_8.selectFrom(high01, high23), pairs, out, to + 2 * step, outStride);
      put(HIGH_8.selectFrom(high01, high23), pairs, out, to + 3 * step, outStride);
    }
  }

  /** Where {@link #within} has put word {@code i}, a multiple of 4, of the first group. */
  private static int vectorOf(int i) {
    return i / SIZE * SIZE * SIZE + i % SIZE / GROUP * SIZE;
  }

  private static IntVector load(MemorySegment bytes, long offset, int word) {
    return FloatVector.fromMemorySegment(F, bytes, offset + 4L * word, LITTLE_ENDIAN).reinterpretAsInts();
  }

  private static IntVector of(float[] array, int at) {
    return FloatVector.fromArray(F, array, at).reinterpretAsInts();
  }

  private static void put(IntVector x, float[] array, int at) {
    x.reinterpretAsFloats().intoArray(array, at);
  }

  /** A word's first bfloat16 lies in its lower half. */
  private static void put(IntVector x, boolean pairs, float[] array, int at, int stride) {
    if (pairs) {
      put(x.lanewise(VectorOperators.LSHL, 16), array, at);
      put(x.and(0xFFFF0000), array, at + stride);
    } else {
      put(x, array, at);
    }
  }
}
