package linnet.tensor.conformance;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.RandomBlocks;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class ElementwiseConformanceTest implements OnEveryBackend {
  private static final double[] SPECIAL = {0, -0.0, 1, -1, 0.5, Double.NaN, Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_NORMAL, 88, -87, 200, -200, 1e-6,
      -1e-6, 0x1p-30, 20, -20};

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void unary(@ForAll("backends") Backend backend, @ForAll Unary f, @ForAll long seed) {
    agree(backend, seed, toleranceOf(f), s -> {
      int[] shape = {s.size(), s.size()};
      s.backend().unary(f, s.output(shape), s.input(Layout.ANY, DType.F32, domainOf(f), shape));
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void unaryInPlace(@ForAll("backends") Backend backend, @ForAll Unary f, @ForAll long seed) {
    agree(backend, seed, toleranceOf(f), s -> {
      var x = s.changed(Layout.WRITABLE, domainOf(f), s.size(), s.size(), s.size() % 4);
      s.backend().unary(f, x, x);
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void unaryOfSpecialValues(@ForAll("backends") Backend backend, @ForAll Unary f) {
    agree(backend, 1, toleranceOf(f), s -> {
      var x = s.input(List.of(Layout.DENSE), DType.F32, v -> v, SPECIAL.length);
      x.copyFrom(SPECIAL);
      if (f == Unary.SIN || f == Unary.COS) {
        x = x.slice(0, 0, 6); // beyond a few thousand turns a sine in F32 means nothing
      }
      var out = s.output(List.of(Layout.DENSE), DType.F32, x.size(0));
      s.backend().unary(f, out, x);
      s.result(asFloats(out.toDoubles()));
      s.backend().fill(out, 0); // the values themselves are not compared: the reference overflows later
    });
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void binary(@ForAll("backends") Backend backend, @ForAll Binary f, @ForAll long seed) {
    agree(backend, seed, toleranceOf(f), s -> {
      int[] shape = {s.size(), s.size() % 5, s.size()};
      var a = s.input(Layout.ANY, DType.F32, leftDomainOf(f), shape);
      var b = s.input(Layout.ANY, DType.F32, rightDomainOf(f), shape);
      s.backend().binary(f, s.output(shape), a, b);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void binaryOntoAnOperand(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.ROUNDED, s -> {
      int[] shape = {s.size(), s.size()};
      var a = s.changed(Layout.WRITABLE, x -> x, shape);
      var b = s.input(shape);
      s.backend().binary(Binary.SUB, a, a, b);
      var d = s.changed(Layout.WRITABLE, x -> x, shape);
      s.backend().binary(Binary.SUB, d, b, d);
    });
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void binaryOfSpecialValues(@ForAll("backends") Backend backend, @ForAll Binary f) {
    agree(backend, 1, f == Binary.POW ? Tolerance.FUSED : Tolerance.ROUNDED, s -> {
      double[] values = f == Binary.POW ? new double[] {1, 2, 0.5, 3, 10} : SPECIAL;
      int n = values.length;
      var x = s.input(List.of(Layout.DENSE), DType.F32, v -> v, n);
      x.copyFrom(values);
      var out = s.output(List.of(Layout.DENSE), DType.F32, n, n);
      s.backend().binary(f, out, x.reshape(n, 1).expand(out.shape()), x.expand(out.shape()));
      s.result(asFloats(out.toDoubles()));
      s.backend().fill(out, 0); // the values themselves are not compared: the reference overflows later
    });
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void affineAndAddScaled(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int[] shape = {s.size(), s.size()};
      s.backend().affine(s.output(shape), s.input(shape), s.normal(), s.normal());
      s.backend().addScaled(s.changed(Layout.WRITABLE, x -> x, shape), s.input(shape), s.normal());
      var x = s.changed(Layout.WRITABLE, v -> v, shape);
      s.backend().affine(x, x, s.normal(), s.normal());
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void fill(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.EXACT, s -> {
      s.backend().fill(s.output(s.size(), s.size(), 3), s.normal());
      s.backend().fill(s.output(Layout.WRITABLE, DType.BF16, s.size(), 5), 0.75);
      s.backend().fill(s.output(s.size()).slice(0, 0, 0), 1);
      var ints = s.indices(s.size(), 9);
      s.backend().fill(ints, -7);
      s.result(ints.toDoubles());
    });
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void copyBetweenDtypes(@ForAll("backends") Backend backend, @ForAll long seed) {
    var plain = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);
    agree(backend, seed, Tolerance.EXACT, s -> { // values are exact in F32, so all round once
      int[] shape = {s.size(), s.size(), 1 + s.below(3)};
      var x = s.input(Layout.ANY, s.oneOf(plain), v -> v * 100, shape);
      s.backend().copy(s.output(Layout.WRITABLE, s.oneOf(plain), shape), x);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void copyOfQuantizedRows(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.ROUNDED, s -> {
      int rows = s.positiveSize();
      var dtype = s.oneOf(RandomBlocks.types());
      int columns = RandomBlocks.rowUnit(dtype) * (1 + s.below(4));
      var x = s.quantized(dtype, rows, columns);
      int from = s.below(rows);
      var part = x.slice(0, from, from + 1 + s.below(rows - from));
      s.backend().copy(s.output(part.size(0), columns), part);
      s.backend().copy(s.output(columns, part.size(0)), part.transpose());
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void dropout(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.ROUNDED, s -> {
      int[] shape = {s.size(), s.size()};
      var keys = new long[shape[0]];
      for (int t = 0; t < keys.length; t++) {
        keys[t] = seed * 31 + t;
      }
      s.backend().dropout(s.output(shape), s.input(shape), s.oneOf(List.of(0.0, 0.1, 0.5, 0.9)), keys);
    });
  }

  private static Tolerance toleranceOf(Unary f) {
    return switch (f) {
      case NEG, ABS, SIGN, RELU -> Tolerance.EXACT;
      case SQRT, RSQRT, RECIPROCAL, SQUARE -> Tolerance.ROUNDED;
      case EXP, LOG, TANH, SIGMOID, SIN, COS, ERF -> Tolerance.ELEMENTARY;
    };
  }

  private static Tolerance toleranceOf(Binary f) {
    return switch (f) {
      case MAX, MIN, GREATER, EQUAL -> Tolerance.EXACT;
      case ADD, SUB, MUL, DIV -> Tolerance.ROUNDED;
      case POW -> Tolerance.SUMMED;
    };
  }

  private static DoubleUnaryOperator domainOf(Unary f) {
    return switch (f) {
      case LOG, SQRT, RSQRT -> x -> Math.abs(x) + 1e-3;
      case RECIPROCAL -> x -> x + Math.copySign(0.01, x);
      case EXP, SIN, COS -> x -> 10 * x;
      default -> x -> 3 * x;
    };
  }

  private static DoubleUnaryOperator leftDomainOf(Binary f) {
    return switch (f) {
      case POW -> Math::abs;
      case EQUAL -> Math::rint;
      default -> x -> x;
    };
  }

  private static DoubleUnaryOperator rightDomainOf(Binary f) {
    return switch (f) {
      case DIV -> x -> x + Math.copySign(0.1, x);
      case EQUAL -> Math::rint;
      default -> x -> x;
    };
  }

  /** What overflows or vanishes in F32 does so in what is compared. */
  private static double[] asFloats(double[] values) {
    var result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      float f = (float) values[i];
      result[i] = Math.abs(f) < Float.MIN_NORMAL ? 0 : f;
    }
    return result;
  }
}
