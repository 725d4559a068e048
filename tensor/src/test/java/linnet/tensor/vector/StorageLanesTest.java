package linnet.tensor.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The vectorised decoders against the definition, {@link Codec}. */
class StorageLanesTest {
  private final VectorStorage vector = new VectorStorage();

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = {"F64", "I64", "I32", "U8"})
  void decodesAnyRunAsDefined(DType dtype) {
    var random = new Random(dtype.ordinal());
    int elements = 256 * 70; // more than a block of any type
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(dtype.bytes(elements));
      for (long i = 0; i < bytes.byteSize(); i++) {
        bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
      }
      for (int run = 0; run < 500; run++) {
        int from = random.nextInt(elements);
        int n = random.nextInt(Math.min(300, elements - from) + 1);
        var expected = new float[n + 3];
        var actual = new float[n + 3];
        Codec.decode(dtype, bytes, from, expected, 2, n);
        vector.decode(dtype, bytes, from, actual, 2, n);
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], actual[i], dtype + ", element " + (from + i - 2) + " of a run of " + n);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void decodesEveryBitPattern(DType dtype) {
    int patterns = 1 << 16;
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(2L * patterns);
      for (int i = 0; i < patterns; i++) {
        bytes.set(Native.SHORT, 2L * i, (short) i);
      }
      var expected = new float[patterns];
      var actual = new float[patterns];
      Codec.decode(dtype, bytes, 0, expected, 0, patterns);
      vector.decode(dtype, bytes, 0, actual, 0, patterns);
      for (int i = 0; i < patterns; i++) {
        assertEquals(expected[i], actual[i], dtype + " " + Integer.toHexString(i));
      }
    }
  }

  @Test
  void decodesRowsApart() {
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(4L * 100);
      for (int i = 0; i < 100; i++) {
        Native.set(bytes, i, i);
      }
      var out = new float[40];
      vector.decodeRows(DType.F32, bytes, 3, 30, 3, 5, out, 1, 12);
      for (int r = 0; r < 3; r++) {
        for (int i = 0; i < 12; i++) {
          assertEquals(i < 5 ? 3 + 30 * r + i : 0, out[1 + 12 * r + i]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = {"F64", "I64", "I32", "U8"})
  void decodesColumnsAsDefined(DType dtype) {
    var random = new Random(dtype.ordinal());
    int stride = 256 * 2;
    int most = 70;
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(dtype.bytes((long) stride * most));
      for (long i = 0; i < bytes.byteSize(); i++) {
        bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
      }
      for (int run = 0; run < 100; run++) {
        int rows = random.nextInt(most + 1);
        int n = random.nextInt(300);
        int outStride = rows + random.nextInt(3);
        var expected = new float[n * outStride + rows + 3];
        var actual = new float[expected.length];
        new ScalarStorage().decodeColumns(dtype, bytes, 32, stride, rows, n, expected, 2, outStride,
            new float[StorageLanes.SCRATCH]);
        vector.decodeColumns(dtype, bytes, 32, stride, rows, n, actual, 2, outStride,
            new float[StorageLanes.SCRATCH]);
        assertArrayEquals(expected, actual, dtype + ", " + rows + " rows of " + n);
        for (int r = 0; r < rows; r++) {
          var row = new float[n];
          Codec.decode(dtype, bytes, 32 + (long) r * stride, row, 0, n);
          for (int i = 0; i < n; i++) {
            assertEquals(row[i], expected[2 + i * outStride + r]);
          }
        }
      }
    }
  }
}
