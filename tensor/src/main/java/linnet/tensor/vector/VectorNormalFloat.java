package linnet.tensor.vector;

import static linnet.tensor.vector.VectorBlocks.PART;
import static linnet.tensor.vector.VectorBlocks.unsigned;
import static linnet.tensor.vector.Width.L;
import static linnet.tensor.vector.Width.broadcast;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import linnet.tensor.NormalFloat;

/** Parts of blocks of {@link NormalFloat}, see {@link VectorBlocks}. */
final class VectorNormalFloat {
  static final SixteenFloats VALUES = SixteenFloats.of(NormalFloat.values());
  private static final int PARTS = NormalFloat.ELEMENTS / PART;
  private static final int PARTS_OF_RUN = NormalFloat.RUN / PART;

  private VectorNormalFloat() {}

  static void decode(MemorySegment bytes, long part, int count, float[] out, int at) {
    for (int p = 0; p < count; p++) {
      long block = (part + p) / PARTS * NormalFloat.BYTES;
      int within = (int) ((part + p) % PARTS);
      int run = within / PARTS_OF_RUN;
      var scale = broadcast(NormalFloat.scale(bytes, block, run));
      long from = block + NormalFloat.HEAD + (long) run * NormalFloat.RUN_BYTES + 1;
      int shift = within % PARTS_OF_RUN * 4;
      int to = at + p * PART;
      for (int i = 0; i < PART; i += L) {
        VALUES.get(nibbles(unsigned(bytes, from + i), shift)).mul(scale).intoArray(out, to + i);
      }
    }
  }

  private static IntVector nibbles(IntVector pairs, int shift) {
    return pairs.lanewise(VectorOperators.LSHR, shift).and(0xF);
  }
}
