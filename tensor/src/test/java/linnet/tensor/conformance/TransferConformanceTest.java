package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.Codec;
import linnet.tensor.DType;
import linnet.tensor.MemoryLimitException;
import linnet.tensor.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransferConformanceTest implements OnEveryBackend {
  static List<Backend> candidates() {
    return Candidates.all();
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void uploadsAndDownloads(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.EXACT, s -> {
      int[] shape = {s.size(), s.size()};
      var x = s.output(Layout.WRITABLE, s.oneOf(List.of(DType.F64, DType.F32, DType.F16, DType.BF16)), shape);
      var floats = new float[(int) x.elements()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) s.normal();
      }
      x.copyFrom(floats);
      s.result(x.toDoubles());
      float[] back = x.transpose().toFloats();
      for (float value : back) {
        s.result(value);
      }
      var whole = s.output(shape);
      s.backend().upload(whole, new int[floats.length]);
    });
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("candidates")
  void integersAreExact(Backend backend) {
    try (var scope = backend.scope("integers")) {
      var x = scope.ints(1, -2, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 6);
      assertArrayEquals(new int[] {1, Integer.MAX_VALUE, 0}, x.reshape(3, 2).select(1, 0).toInts());
      assertArrayEquals(new int[] {-2, Integer.MIN_VALUE, 6},
          x.reshape(3, 2).select(1, 1).keep(scope).toInts());
      var y = scope.zeros(DType.I64, 3);
      backend.upload(y.slice(0, 1, 3), new int[] {-5, 5});
      assertArrayEquals(new double[] {0, -5, 5}, y.toDoubles());
      assertThrows(IllegalArgumentException.class, () -> x.copyFrom(new float[6]));
      assertThrows(IllegalArgumentException.class, () -> scope.zeros(DType.F32, 2).toInts());
      assertThrows(IllegalArgumentException.class, () -> backend.upload(x, new int[5]));
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("candidates")
  void adoptedMemoryIsReadAsItsDtypeSays(Backend backend) {
    try (var arena = Arena.ofShared(); var scope = backend.scope("model")) {
      for (var dtype : DType.values()) {
        int row = Math.max(32, dtype.elementsPerBlock());
        var bytes = arena.allocate(dtype.bytes(2L * row), 64);
        for (long i = 0; i < bytes.byteSize(); i++) {
          bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (i % 50));
        }
        var expected = new double[2 * row];
        Codec.decode(dtype, bytes, 0, expected, 0, expected.length);
        var tensor = backend.adopt(scope, dtype, Shape.of(2, row), bytes);
        assertArrayEquals(expected, tensor.toDoubles(), dtype::toString);
        assertEquals(expected[row + 1], tensor.slice(0, 1, 2).slice(1, 1, 2).item(), dtype::toString);
        var error = assertThrows(IllegalArgumentException.class,
            () -> backend.adopt(scope, dtype, Shape.of(1, row), bytes));
        assertTrue(error.getMessage().contains(Long.toString(bytes.byteSize())), error.getMessage());
      }
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("candidates")
  void tensorsOfAnotherBackendAreRefused(Backend backend) {
    try (var other = Backends.reference(); var theirs = other.scope("theirs");
        var ours = backend.scope("ours")) {
      var x = theirs.zeros(DType.F32, 2);
      var y = ours.zeros(DType.F32, 2);
      var error = assertThrows(IllegalArgumentException.class, () -> backend.addScaled(y, x, 1));
      assertTrue(error.getMessage().contains("another backend"), error.getMessage());
      assertThrows(IllegalArgumentException.class, () -> other.addScaled(x, y, 1));
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("candidates")
  void shapesThatDoNotFitAreRefused(Backend backend) {
    try (var scope = backend.scope("shapes")) {
      var x = scope.zeros(DType.F32, 2, 3);
      var y = scope.zeros(DType.F32, 3, 2);
      assertThrows(IllegalArgumentException.class, () -> backend.copy(x, y));
      assertThrows(IllegalArgumentException.class, () -> backend.matmul(x, x, x));
      assertThrows(IllegalArgumentException.class, () -> x.copyFrom(new float[5]));
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("candidates")
  void scopesEndAndTheLimitHolds(Backend backend) {
    var scope = backend.scope("short");
    var x = scope.zeros(DType.F32, 4);
    scope.close();
    var error = assertThrows(IllegalStateException.class, () -> backend.fill(x, 1));
    assertTrue(error.getMessage().contains("\"short\""), error.getMessage());
    try (var next = backend.scope("next")) {
      next.zeros(DType.F32, 4);
      long reserved = backend.reservedBytes();
      assertTrue(reserved > 0);
      backend.limitBytes(reserved);
      assertThrows(MemoryLimitException.class, () -> next.allocate(DType.F32, 1 << 26));
      assertEquals(reserved, backend.reservedBytes());
    } finally {
      backend.limitBytes(Long.MAX_VALUE);
    }
  }
}
