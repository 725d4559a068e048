package linnet.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.MemoryLimitException;
import linnet.tensor.RandomKey;
import linnet.tensor.ReductionKernels.Reduction;
import linnet.tensor.Scope;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The definition itself, against values worked out by other means. */
class ReferenceBackendTest {
  private final Backend backend = Backends.reference();
  private final Scope scope = backend.scope("test");

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  /** Values from Abramowitz and Stegun's tables and from exact arithmetic. */
  @ParameterizedTest
  @CsvSource({
      "NEG, 2, -2", "ABS, -2, 2", "SIGN, -3, -1", "EXP, 1, 2.718281828459045", "LOG, 10, 2.302585092994046",
      "SQRT, 2, 1.4142135623730951", "RSQRT, 4, 0.5", "RECIPROCAL, 8, 0.125", "SQUARE, -3, 9",
      "TANH, 0.5, 0.46211715726000976", "SIGMOID, -1, 0.2689414213699951", "SIN, 1, 0.8414709848078965",
      "COS, 1, 0.5403023058681398", "RELU, -1, 0", "RELU, 1.5, 1.5", "ERF, 0.5, 0.5204998778130465",
      "ERF, -2, -0.9953222650189527", "ERF, 4, 0.9999999845827421", "ERF, 7, 1", "ERF, 0, 0"})
  void unary(Unary f, double x, double expected) {
    var out = scope.allocate(DType.F64, 1);
    backend.unary(f, out, doubles(new double[] {x}, 1));
    assertEquals(expected, out.item(), 1e-15 * Math.max(1, Math.abs(expected)));
  }

  @ParameterizedTest
  @CsvSource({
      "ADD, 2, 3, 5", "SUB, 2, 3, -1", "MUL, 2, 3, 6", "DIV, 3, 2, 1.5", "MAX, 2, 3, 3", "MIN, 2, 3, 2",
      "POW, 2, 10, 1024", "GREATER, 3, 2, 1", "GREATER, 2, 2, 0", "EQUAL, 2, 2, 1", "EQUAL, NaN, NaN, 0",
      "MAX, NaN, 1, NaN"})
  void binary(Binary f, double a, double b, double expected) {
    var out = scope.allocate(DType.F64, 1);
    backend.binary(f, out, doubles(new double[] {a}, 1), doubles(new double[] {b}, 1));
    assertEquals(expected, out.item());
  }

  @Test
  void f32IsNeverRoundedAndHalvesAre() {
    var third = new double[] {1.0 / 3};
    for (var dtype : new DType[] {DType.F32, DType.F64}) {
      var x = scope.allocate(dtype, 1);
      x.copyFrom(third);
      assertEquals(third[0], x.item());
    }
    var half = scope.allocate(DType.BF16, 1);
    half.copyFrom(third);
    assertEquals(0.333984375, half.item());
    var copy = scope.allocate(DType.F16, 1);
    backend.copy(copy, doubles(third, 1));
    assertEquals(0.333251953125, copy.item());
  }

  @Test
  void matmulIsTheSumOfProductsForAnyStrides() {
    double[] a = {1, 2, 3, 4, 5, 6};
    double[] b = {7, 8, 9, 10, 11, 12};
    double[] expected = {58, 64, 139, 154};
    var out = scope.allocate(DType.F64, 2, 2);
    backend.matmul(out, doubles(a, 2, 3), doubles(b, 3, 2));
    assertArrayEquals(expected, out.toDoubles());
    var turnedA = doubles(a, 2, 3).transpose().contiguous(scope).transpose();
    var turnedB = doubles(b, 3, 2).transpose().contiguous(scope).transpose();
    backend.matmulAdd(out.transpose(), turnedB.transpose(), turnedA.transpose());
    assertArrayEquals(new double[] {116, 128, 278, 308}, out.toDoubles());
    backend.matmul(out, scope.zeros(DType.F64, 2, 0), scope.zeros(DType.F64, 0, 2));
    assertArrayEquals(new double[4], out.toDoubles());
  }

  @Test
  void matmulOfBatchesReadsExpandedOperands() {
    var a = doubles(new double[] {1, 2, 3, 4}, 2, 1, 2);
    var b = doubles(new double[] {1, 10}, 1, 2, 1).expand(Shape.of(2, 2, 1));
    var out = scope.allocate(DType.F64, 2, 1, 1);
    backend.matmul(out, a, b);
    assertArrayEquals(new double[] {21, 43}, out.toDoubles());
  }

  @Test
  void reducesAnyDimensions() {
    var x = doubles(new double[] {1, 2, 3, 4, 5, -6}, 2, 3);
    assertArrayEquals(new double[] {5, 7, -3}, reduced(Reduction.SUM, x, 1, 3));
    assertArrayEquals(new double[] {6, 3}, reduced(Reduction.SUM, x, 2, 1));
    assertArrayEquals(new double[] {9}, reduced(Reduction.SUM, x, 1, 1));
    assertArrayEquals(new double[] {3, 5}, reduced(Reduction.MAX, x, 2, 1));
    assertArrayEquals(new double[] {3, 5}, reduced(Reduction.MAX, x.transpose(), 1, 2));
    assertArrayEquals(new double[] {0, 0}, reduced(Reduction.SUM, x.slice(1, 0, 0), 2, 1));
    assertArrayEquals(new double[] {Double.NEGATIVE_INFINITY}, reduced(Reduction.MAX, x.slice(0, 0, 0), 1, 1),
        "of nothing");
    assertThrows(IllegalArgumentException.class, () -> reduced(Reduction.SUM, x, 2, 2));
    assertEquals(91, backend.sumOfSquares(x));
  }

  @Test
  void findsWhatIsNotFinite() {
    var x = doubles(new double[] {1, 2, 3, 4}, 2, 2);
    assertTrue(backend.allFinite(x));
    backend.fill(x.slice(1, 1, 2), Double.NaN);
    assertFalse(backend.allFinite(x));
    assertTrue(backend.allFinite(x.slice(1, 0, 1)));
  }

  @Test
  void gathersAndScattersRows() {
    var table = doubles(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
    var out = scope.allocate(DType.F64, 3, 2);
    backend.gatherRows(out, table, scope.ints(2, 0, 2));
    assertArrayEquals(new double[] {5, 6, 1, 2, 5, 6}, out.toDoubles());
    backend.scatterAddRows(table, scope.ints(1, 1, 0), out);
    assertArrayEquals(new double[] {6, 8, 9, 12, 5, 6}, table.toDoubles());
    var error = assertThrows(IllegalArgumentException.class,
        () -> backend.gatherRows(out, table, scope.ints(0, 3, 0)));
    assertEquals("index 3 at position 1 does not lie in a table of 3 rows", error.getMessage());
  }

  @Test
  void dropoutKeepsWhatItsKeySays() {
    long[] keys = {RandomKey.of(5).bits(), RandomKey.of(6).bits()};
    var x = doubles(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 4);
    var out = scope.allocate(DType.F64, 2, 4);
    backend.dropout(out, x, 0.25, keys);
    for (int i = 0; i < 8; i++) {
      boolean kept = new RandomKey(keys[i / 4]).uniform(i % 4) >= 0.25f;
      assertEquals(kept ? (i + 1) / 0.75 : 0, out.toDoubles()[i], 1e-15);
    }
    backend.dropout(out, x, 0, keys);
    assertArrayEquals(x.toDoubles(), out.toDoubles());
  }

  @Test
  void affineAndAddScaledAreWhatTheirNamesSay() {
    var x = doubles(new double[] {1, 2}, 2);
    var y = doubles(new double[] {10, 20}, 2);
    backend.addScaled(y, x, -3);
    assertArrayEquals(new double[] {7, 14}, y.toDoubles());
    backend.affine(y, y, 2, 1);
    assertArrayEquals(new double[] {15, 29}, y.toDoubles());
  }

  @Test
  void countsItsArraysAndKeepsToALimit() {
    long before = backend.reservedBytes();
    backend.limitBytes(before + 100);
    try (var step = backend.scope("step")) {
      step.allocate(DType.BF16, 12);
      assertEquals(before + 96, backend.reservedBytes());
      var error = assertThrows(MemoryLimitException.class, () -> step.allocate(DType.F32, 1));
      assertEquals("scope \"step\": 8 bytes asked for, 96 in use, and the limit is 100", error.getMessage());
    }
    assertEquals(before, backend.reservedBytes());
    assertThrows(MemoryLimitException.class, () -> scope.allocate(DType.U8, 60_000, 60_000));
  }

  @Test
  void frozenWeightsCannotBeWritten() {
    var blocks = scope.allocate(DType.Q8_0, 32);
    assertThrows(IllegalArgumentException.class, () -> backend.fill(blocks, 1));
    assertThrows(IllegalArgumentException.class, () -> backend.copy(blocks, scope.allocate(DType.F32, 32)));
    assertEquals(DType.Q8_0, blocks.keep(scope).dtype());
  }

  @Test
  void aClosedBackendOpensNoScope() {
    var other = Backends.reference();
    other.close();
    assertThrows(IllegalStateException.class, () -> other.scope("late"));
  }

  private double[] reduced(Reduction f, Tensor x, int... shape) {
    var out = scope.allocate(DType.F64, shape);
    backend.reduce(f, out, x);
    return out.toDoubles();
  }

  private Tensor doubles(double[] values, int... shape) {
    var tensor = scope.allocate(DType.F64, shape);
    tensor.copyFrom(values);
    return tensor;
  }
}
