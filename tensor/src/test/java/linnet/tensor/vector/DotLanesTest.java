package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.NormalFloat;
import linnet.tensor.RandomBlocks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Both providers of {@link DotLanes} sum alike to the bit, decoded before or on the way, and sum right. */
class DotLanesTest {
  private static final int ROWS = DotLanes.ROWS;
  private static final int[] LENGTHS = {1, 31, 32, 33, 64, 95, 576, 768, 1000};

  private final DotLanes scalar = new ScalarDots();
  private final DotLanes vector = new VectorDots();
  private final Random random = new Random(7);
  private final Workspace workspace = new Workspace();

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = {"I64", "I32", "U8"})
  void sumsStoredRowsAlike(DType dtype) {
    try (var arena = Arena.ofConfined()) {
      for (int n : LENGTHS) {
        int unit = unit(dtype);
        int stride = Panels.padded(n, unit) + unit;
        int first = dtype == DType.NF4 ? NormalFloat.ELEMENTS - unit : unit;
        var bytes = stored(dtype, first + ROWS * stride, arena);
        var a = new float[n + 5];
        for (int i = 0; i < a.length; i++) {
          a[i] = random.nextFloat() - 0.5f;
        }
        var expected = new float[ROWS + 1];
        var actual = new float[ROWS + 1];
        scalar.products(a, 5, n, dtype, bytes, first, stride, ROWS, expected, 1, workspace);
        vector.products(a, 5, n, dtype, bytes, first, stride, ROWS, actual, 1, workspace);
        assertArrayEquals(expected, actual, dtype + ", " + n + " elements");
        assertArrayEquals(expected, staged(vector, a, n, dtype, bytes, first, stride), dtype + ", decoded before");
        assertArrayEquals(expected, staged(scalar, a, n, dtype, bytes, first, stride), dtype + ", decoded before");
        for (int r = 0; r < ROWS; r++) {
          double exact = exact(a, n, dtype, bytes, first + r * stride);
          assertEquals(exact, expected[1 + r], 1e-5 * n, dtype + " row " + r);
        }
      }
    }
  }

  /** More rows than are summed at once, an odd number of them in the end. */
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = {"I64", "I32", "U8"})
  void sumsManyRowsWithoutGapsAlike(DType dtype) {
    int n = 2048;
    int rows = 7;
    try (var arena = Arena.ofConfined()) {
      var bytes = stored(dtype, (1 + rows) * n, arena);
      var a = new float[n];
      for (int i = 0; i < n; i++) {
        a[i] = random.nextFloat() - 0.5f;
      }
      var expected = new float[rows];
      var actual = new float[rows];
      scalar.products(a, 0, n, dtype, bytes, n, n, rows, expected, 0, workspace);
      vector.products(a, 0, n, dtype, bytes, n, n, rows, actual, 0, workspace);
      assertArrayEquals(expected, actual, dtype.toString());
    }
  }

  /** What the beginnings of rows are multiples of. */
  private static int unit(DType dtype) {
    return dtype == DType.NF4 ? NormalFloat.RUN : Math.max(dtype.elementsPerBlock(), DotLanes.LANES);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 8, 16, 17, 64, 100, 128})
  void weighsRowsAlike(int width) {
    int n = 37;
    int stride = width + 6;
    try (var arena = Arena.ofConfined()) {
      var weights = stored(DType.F32, n + 2, arena);
      var rows = stored(DType.F32, 3 + n * stride, arena);
      var expected = arena.allocate(4L * (width + 5), 8);
      var actual = arena.allocate(4L * (width + 5), 8);
      scalar.weightedSum(weights, 2, n, rows, 3, stride, width, expected, 1);
      vector.weightedSum(weights, 2, n, rows, 3, stride, width, actual, 1);
      for (int d = -1; d < width + 4; d++) {
        double exact = 0;
        for (int i = 0; i < n && d >= 0 && d < width; i++) {
          exact += (double) Native.get(weights, 2 + i) * Native.get(rows, 3 + i * stride + d);
        }
        assertEquals(exact, Native.get(expected, 1 + d), 1e-5, "element " + d);
        assertEquals(Native.get(expected, 1 + d), Native.get(actual, 1 + d), "element " + d);
      }
    }
  }

  private float[] staged(DotLanes dots, float[] a, int n, DType dtype, MemorySegment bytes, int first,
      int stride) {
    var rows = new float[ROWS * stride];
    for (int r = 0; r < ROWS; r++) {
      Codec.decode(dtype, bytes, first + r * stride, rows, r * stride, n);
    }
    var lanes = new float[2 + ROWS * DotLanes.LANES];
    int some = Math.min(n, DotLanes.LANES);
    dots.addProducts(a, 5, rows, stride, some, lanes, 2);
    dots.addProducts(a, 5 + some, shifted(rows, some), stride, n - some, lanes, 2);
    var sums = new float[ROWS + 1];
    dots.combine(lanes, 2, ROWS, sums, 1);
    return sums;
  }

  private static float[] shifted(float[] rows, int by) {
    var shifted = new float[rows.length];
    System.arraycopy(rows, by, shifted, 0, rows.length - by);
    return shifted;
  }

  private static double exact(float[] a, int n, DType dtype, MemorySegment bytes, long element) {
    var row = new double[n];
    Codec.decode(dtype, bytes, element, row, 0, n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[5 + i] * row[i];
    }
    return sum;
  }

  /** Values of about one; of quantised types, quants of any bits. */
  private MemorySegment stored(DType dtype, int elements, Arena arena) {
    var bytes = arena.allocate(dtype.bytes(elements), 8);
    if (!dtype.isQuantized()) {
      var values = new float[elements];
      for (int i = 0; i < elements; i++) {
        values[i] = (float) random.nextGaussian();
      }
      Codec.encode(dtype, values, 0, elements, bytes, 0);
      return bytes;
    }
    RandomBlocks.fill(dtype, bytes, random::nextInt, () -> random.nextFloat() - 0.3);
    return bytes;
  }
}
