package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ThinRows} against the products of packed operands. */
class ThinRowsTest {
  private static final int GAP = 7; // between the rows of b

  private final Lanes lanes = Lanes.selected();

  @ParameterizedTest
  @CsvSource({"1, 64, 5", "4, 100, 640", "6, 512, 641", "8, 513, 1281", "15, 192, 37", "16, 576, 700"})
  void sumsAreThoseOfPackedOperandsToTheBit(int rows, int columns, int depth) {
    for (int threads : new int[] {1, 3}) {
      for (var update : Update.values()) {
        for (boolean turned : new boolean[] {false, true}) {
          compare(rows, columns, depth, threads, update, turned);
        }
      }
    }
  }

  private void compare(int rows, int columns, int depth, int threads, Update update, boolean turned) {
    try (var arena = Arena.ofShared(); var crew = new Crew(threads)) {
      var random = new Random(rows * 31L + depth);
      var factors = numbers(arena, random, rows * depth);
      var a = turned
          ? Matrix.dense(factors, depth, rows).transposed()
          : Matrix.dense(factors, rows, depth);
      int stride = columns + GAP;
      var b = Matrix.dense(numbers(arena, random, depth * stride), depth, stride).part(0, depth, 0, columns);
      var before = numbers(arena, random, rows * columns);
      var thin = copy(arena, before);
      var packed = copy(arena, before);
      new ThinRows(crew, lanes).run(Matrix.dense(thin, rows, columns), a, b, update);
      new Product(crew, new Panels(lanes.panels(), lanes.storage()), Matrix.dense(packed, rows, columns),
          List.of(new Product.Term(a, b)), update).run();
      assertArrayEquals(packed.toArray(Native.F32), thin.toArray(Native.F32),
          update + " by " + threads + " threads");
    }
  }

  @Test
  void wideOrStoredOtherwiseIsNotTheirs() {
    try (var arena = Arena.ofConfined()) {
      var b = Matrix.dense(arena.allocate(4L * 640 * 64), 640, 64);
      assertEquals(true, ThinRows.suits(Matrix.dense(arena.allocate(4L * 16 * 640), 16, 640), b));
      assertEquals(false, ThinRows.suits(Matrix.dense(arena.allocate(4L * 17 * 640), 17, 640), b));
      assertEquals(false, ThinRows.suits(Matrix.dense(arena.allocate(4L * 16 * 64), 16, 64), b.transposed()));
      var rounded = new Matrix(DType.BF16, b.segment(), 0, 64, 1, 640, 64);
      assertEquals(false, ThinRows.suits(Matrix.dense(arena.allocate(4L * 16 * 640), 16, 640), rounded));
    }
  }

  private static MemorySegment numbers(Arena arena, Random random, int count) {
    var segment = arena.allocate(4L * count, 64);
    for (int i = 0; i < count; i++) {
      Native.set(segment, i, random.nextFloat() - 0.5f);
    }
    return segment;
  }

  private static MemorySegment copy(Arena arena, MemorySegment from) {
    return arena.allocate(from.byteSize(), 64).copyFrom(from);
  }
}
