package linnet.tensor.conformance;

import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.ReductionKernels.Reduction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class ReductionConformanceTest implements OnEveryBackend {
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void reduce(@ForAll("backends") Backend backend, @ForAll Reduction f, @ForAll long seed) {
    agree(backend, seed, f == Reduction.MAX ? Tolerance.EXACT : Tolerance.SUMMED, s -> {
      int[] shape = s.oneOf(List.of(new int[] {s.size()}, new int[] {s.size(), s.size()},
          new int[] {s.size() % 6, s.size(), s.size() % 9}));
      int[] reduced = shape.clone();
      for (int d = 0; d < reduced.length; d++) {
        reduced[d] = s.below(2) == 0 ? 1 : reduced[d];
      }
      s.backend().reduce(f, s.output(reduced), s.summands(shape));
    });
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void reduceLongRows(@ForAll("backends") Backend backend, @ForAll Reduction f, @ForAll long seed) {
    agree(backend, seed, f == Reduction.MAX ? Tolerance.EXACT : Tolerance.SUMMED, s -> {
      int n = 40 * s.size() + s.size();
      s.backend().reduce(f, s.output(3, 1), s.summands(3, n));
      s.backend().reduce(f, s.output(1, 3), s.summands(n, 3));
    });
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void theMaximumWithNanIsNan(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.EXACT, s -> {
      var x = s.input(3, s.positiveSize());
      int column = s.below(x.size(1));
      var nan = s.input(Layout.WRITABLE, DType.F32, v -> v, 3, x.size(1));
      s.backend().fill(nan.slice(0, 1, 2).slice(1, column, column + 1), Double.NaN);
      s.backend().reduce(Reduction.MAX, s.output(3, 1), nan);
      s.backend().reduce(Reduction.MAX, s.output(1, x.size(1)), nan);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void sumOfSquaresAndAllFinite(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.ROUNDED, s -> {
      var x = s.input(Layout.WRITABLE, DType.F32, v -> v, s.size(), s.size());
      s.result(s.backend().sumOfSquares(x), s.backend().allFinite(x) ? 1 : 0);
      if (x.elements() > 0) {
        var entry = x.select(0, s.below(x.size(0))).slice(0, x.size(1) - 1, x.size(1));
        s.backend().fill(entry,
            s.oneOf(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)));
        s.result(s.backend().allFinite(x) ? 1 : 0);
      }
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void softmaxAndItsGradient(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      int[] shape = {s.size(), s.positiveSize()};
      s.backend().softmax(s.outputRows(shape), s.input(Layout.DENSE_ROWS, DType.F32, x -> 5 * x, shape));
      s.backend().softmaxBackward(s.outputRows(shape), s.rows(shape), s.rows(shape));
      var x = s.changed(Layout.DENSE_ROWS, v -> v, shape);
      s.backend().softmax(x, x);
    });
  }
}
