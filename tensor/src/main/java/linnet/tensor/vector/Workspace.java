package linnet.tensor.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Scratch of one thread, kept from call to call: it grows to what is asked for and stays. Contents are
 * undefined.
 */
final class Workspace {
  /** What a piece of scratch is for; pieces in use at one time have different purposes. */
  enum Purpose {
    LEFT, LEFT_2, RIGHT, RIGHT_2, RIGHT_3, ROWS, ROWS_2, TILE, TILE_2, RESULTS, STATE, STAGE_A, STAGE_B,
    STAGE_OUT, SCORES, SCORES_2, SLOPES, OUTPUT, OUTPUT_2, LANES
  }

  private static final int ALIGNMENT = 64;

  private final float[][] arrays = new float[Purpose.values().length][0];
  private Unpacked unpacked;
  private final MemorySegment[] segments = new MemorySegment[Purpose.values().length];

  /** At least {@code length} floats on the heap: for loops over panels. */
  float[] array(Purpose purpose, long length) {
    var array = arrays[purpose.ordinal()];
    if (array.length < length) {
      array = new float[Math.toIntExact(length)];
      arrays[purpose.ordinal()] = array;
    }
    return array;
  }

  /** Room for {@code n} unpacked weights. */
  Unpacked unpacked(int n) {
    if (unpacked == null || unpacked.elements() < n) {
      unpacked = Unpacked.of(n);
    }
    return unpacked;
  }

  /**
   * At least {@code length} floats outside the heap: for loops over rows, which see native memory only. It grows
   * by half at least, since what was there before stays until the next collection of the heap.
   */
  MemorySegment segment(Purpose purpose, long length) {
    var segment = segments[purpose.ordinal()];
    if (segment == null || segment.byteSize() < 4 * length) {
      long before = segment == null ? 0 : segment.byteSize();
      segment = Arena.ofAuto().allocate(Math.max(4 * Math.max(1, length), before / 2 * 3), ALIGNMENT);
      segments[purpose.ordinal()] = segment;
    }
    return segment;
  }
}
