package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kernel at every vector width, those too that this machine would not choose, against plain loops. */
class PanelLanesTest {
  private final Random random = new Random(1);

  @ParameterizedTest
  @CsvSource({"16, false", "32, false", "16, true", "32, true"})
  void sumsAsDefined(int registers, boolean narrow) {
    var lanes = lanes(registers, narrow);
    int rows = lanes.rows();
    int columns = lanes.columns();
    for (int depth : new int[] {0, 1, 2, 3, 4, 5, 33, Panels.DEPTH}) {
      int aAt = 7;
      int bAt = 3 * columns;
      var a = floats(aAt + (rows - 1) * Panels.DEPTH + depth);
      var b = floats(bAt + depth * columns);
      int stride = columns + 3;
      var out = new float[2 + rows * stride];
      lanes.multiply(depth, a, aAt, b, bAt, out, 2, stride);
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          float sum = 0;
          for (int k = 0; k < depth; k++) {
            sum = Math.fma(a[aAt + r * Panels.DEPTH + k], b[bAt + k * columns + c], sum);
          }
          assertEquals(sum, out[2 + r * stride + c], "depth " + depth + ", row " + r + ", column " + c);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"16, false", "32, false", "16, true", "32, true"})
  void putsTilesAndPartsOfThemInEitherOrder(int registers, boolean narrow) {
    var lanes = lanes(registers, narrow);
    for (int height : new int[] {1, lanes.rows() - 1, lanes.rows(), lanes.tall() - 1, lanes.tall()}) {
      for (int width : new int[] {1, lanes.columns() - 1, lanes.columns()}) {
        for (boolean turned : new boolean[] {false, true}) {
          put(lanes, height, width, turned);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"16, false", "32, false", "16, true", "32, true"})
  void addsRowsOfTiles(int registers, boolean narrow) {
    var lanes = lanes(registers, narrow);
    int rows = lanes.tall();
    var tile = floats(lanes.tileLength());
    var before = tile.clone();
    var part = floats(lanes.tileLength());
    lanes.sum(tile, part, rows);
    for (int i = 0; i < tile.length; i++) {
      assertEquals(i < rows * lanes.columns() ? before[i] + part[i] : before[i], tile[i], "at " + i);
    }
  }

  private void put(PanelLanes lanes, int height, int width, boolean turned) {
    int line = 2 + Math.max(lanes.tall(), lanes.columns());
    long rowStride = 4L * (turned ? 1 : line);
    long columnStride = 4L * (turned ? line : 1);
    var tile = new float[lanes.tileLength()];
    System.arraycopy(floats(lanes.tall() * lanes.columns()), 0, tile, 0, lanes.tall() * lanes.columns());
    var before = floats(line * line);
    try (var arena = Arena.ofConfined()) {
      for (boolean add : new boolean[] {false, true}) {
        var out = arena.allocate(4L * before.length, 64).copyFrom(MemorySegment.ofArray(before));
        if (add) {
          lanes.add(tile, out, 4, rowStride, columnStride, height, width);
        } else {
          lanes.store(tile, out, 4, rowStride, columnStride, height, width);
        }
        var expected = before.clone();
        for (int r = 0; r < height; r++) {
          for (int c = 0; c < width; c++) {
            int at = 1 + (int) (r * rowStride + c * columnStride) / 4;
            float value = tile[r * lanes.columns() + c];
            expected[at] = add ? before[at] + value : value;
          }
        }
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], out.get(Native.F32, 4L * i),
              "%d×%d, turned %b, added %b, at %d".formatted(height, width, turned, add, i));
        }
      }
    }
  }

  private static PanelLanes lanes(int registers, boolean narrow) {
    return narrow ? VectorPanels.narrow(registers) : VectorPanels.of(registers);
  }

  private float[] floats(int count) {
    var floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat() - 0.5f;
    }
    return floats;
  }
}
