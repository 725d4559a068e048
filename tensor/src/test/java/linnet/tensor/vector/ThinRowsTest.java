package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ThinRows} against sums of parts, added up one after the other. */
class ThinRowsTest {
  private static final int GAP = 7; // between the rows of b

  private final Lanes lanes = Lanes.selected();

  @ParameterizedTest
  @CsvSource({"1, 64, 5", "4, 100, 128", "6, 512, 641", "8, 513, 1281", "15, 192, 37", "16, 1100, 700",
      "3, 70, 8203"})
  void sumsAreThoseOfThePartsToTheBit(int rows, int columns, int depth) {
    for (int threads : new int[] {1, 3, 13}) {
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
      new ThinRows(crew, lanes).run(Matrix.dense(thin, rows, columns), a, b, update);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          float sum = sumOfParts(a, b, r, c);
          float expected = update == Update.ADD ? Native.get(before, r * columns + c) + sum : sum;
          assertEquals(expected, Native.get(thin, r * columns + c), update + " by " + threads + " threads");
        }
      }
    }
  }

  private static float sumOfParts(Matrix a, Matrix b, int row, int column) {
    int part = ThinRows.part(b.rows());
    float sum = 0;
    for (int from = 0; from < b.rows(); from += part) {
      float terms = 0;
      for (int k = from; k < Math.min(b.rows(), from + part); k++) {
        terms = Math.fma(Native.get(a.segment(), a.at(row, k)), Native.get(b.segment(), b.at(k, column)), terms);
      }
      sum += terms;
    }
    return sum;
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
