package linnet.tensor.conformance;

import java.util.List;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.RandomBlocks;
import linnet.tensor.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class ContractionConformanceTest implements OnEveryBackend {
  private static final List<DType> PLAIN = List.of(DType.F32, DType.BF16, DType.F16, DType.F64);

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void matmul(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int m = s.size();
      int n = s.size();
      int k = s.size();
      var a = s.input(m, k);
      var b = s.input(Layout.ANY, s.oneOf(PLAIN), x -> x, k, n);
      s.backend().matmul(s.outputRows(m, n), a, b);
      s.backend().matmulAdd(s.changed(Layout.DENSE_ROWS, x -> x, m, n), a, b);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void matmulEach(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int m = s.oneOf(List.of(1, 4, s.size(), 131 / (Candidates.emulated() ? 16 : 1)));
      int k = s.oneOf(List.of(s.size(), 64, 96));
      var widths = s.oneOf(List.of(List.of(s.size()), List.of(0, 70), List.of(s.size(), 130, 1)));
      var weights = widths.stream().map(n -> s.input(List.of(Layout.DENSE),
          s.oneOf(List.of(DType.F32, DType.BF16)), x -> x / 8, n, k).transpose()).toList();
      int columns = widths.stream().mapToInt(n -> n).sum();
      s.backend().matmulEach(s.outputRows(m, columns), s.rows(m, k), weights);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void matmulPair(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int scale = Candidates.emulated() ? 16 : 1;
      int m = s.oneOf(List.of(s.size(), 131, 300)) / scale;
      int n = s.oneOf(List.of(s.size(), 130, 257)) / scale;
      int k = s.oneOf(List.of(s.size(), 385, 769)) / scale;
      int rank = s.oneOf(List.of(0, 1, 8, 17));
      var w = s.input(List.of(Layout.DENSE), s.oneOf(List.of(DType.F32, DType.BF16)), x -> x / 8, n, k);
      s.backend().matmulPair(s.outputRows(m, n), s.rows(m, k), w.transpose(), s.input(m, rank), s.input(rank, n));
      s.backend().matmulPair(s.outputRows(m, k), s.rows(m, n), w, s.input(m, rank), s.input(rank, k));
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void matmulLowRank(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int scale = Candidates.emulated() ? 16 : 1;
      int m = s.oneOf(List.of(s.size(), 131, 300)) / scale;
      int n = s.oneOf(List.of(s.size(), 130, 257)) / scale;
      int k = s.oneOf(List.of(s.size(), 641, 769)) / scale;
      int rank = s.oneOf(List.of(0, 1, 8, 17));
      var w = s.input(List.of(Layout.DENSE), s.oneOf(List.of(DType.F32, DType.BF16)), x -> x / 8, n, k);
      var a = s.input(List.of(Layout.DENSE), DType.F32, x -> x / 8, rank, k);
      var b = s.input(List.of(Layout.DENSE), DType.F32, x -> x / 8, n, rank);
      s.backend().matmulLowRank(s.outputRows(m, n), s.outputRows(m, rank), s.rows(m, k), w.transpose(),
          a.transpose(), b.transpose(), 0.5);
      s.backend().matmulLowRank(s.outputRows(m, k), s.outputRows(m, rank), s.rows(m, n), w, b, a, 3);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void matmulOfBatches(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int batch = s.size() % 5;
      int heads = 1 + s.below(3);
      int m = s.size();
      int n = s.size();
      int k = s.size();
      var a = s.input(batch, heads, m, k);
      var b = s.input(batch, heads, k, n);
      s.backend().matmul(s.outputRows(batch, heads, m, n), a, b);
      s.backend().matmulAdd(s.changed(Layout.DENSE_ROWS, x -> x, batch, heads, m, n), a, b);
      s.backend().matmul(s.outputRows(batch, m, n), s.input(batch, m, k),
          s.input(1, k, n).expand(Shape.of(batch, k, n)));
    });
  }

  /** The shapes of tiles and blocks, and one more. */
  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void matmulOfSeveralTiles(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int scale = Candidates.emulated() ? 16 : 1;
      int m = s.oneOf(List.of(1, 4, 67, 131)) / scale;
      int n = s.oneOf(List.of(96, 201)) / scale;
      int k = s.oneOf(List.of(257, 513)) / scale;
      var w = s.input(List.of(Layout.DENSE), s.oneOf(List.of(DType.F32, DType.BF16)), x -> x / 8, n, k);
      s.backend().matmul(s.outputRows(m, n), s.rows(m, k), w.transpose());
      s.backend().matmulAdd(s.changed(Layout.DENSE_ROWS, x -> x, m, k), s.rows(m, n), w);
    });
  }

  /** More depth than a packing buffer holds, as in the gradient of a narrow model's head. */
  @Property(tries = 12, shrinking = ShrinkingMode.OFF)
  void matmulOfNarrowAndDeepOperands(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int m = s.oneOf(List.of(1, 7, 20));
      int n = s.oneOf(List.of(1, 8, 20));
      int k = Candidates.emulated() ? 300 : 40_009;
      var a = s.input(Layout.DENSE_ROWS, DType.F32, x -> x / 400, m, k);
      s.backend().matmul(s.outputRows(m, n), a, s.rows(k, n));
      s.backend().matmul(s.outputRows(n, m), s.rows(n, k), a.transpose());
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void matmulByQuantizedWeights(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int tokens = s.size();
      int out = s.positiveSize();
      var dtype = s.oneOf(RandomBlocks.types());
      int in = RandomBlocks.rowUnit(dtype) * (1 + s.below(dtype == DType.NF4 ? 150 : 4));
      var w = s.quantized(dtype, out, in);
      int from = s.below(out);
      var part = w.slice(0, from, out);
      s.backend().matmul(s.outputRows(tokens, out - from), s.rows(tokens, in), part.transpose());
      s.backend().matmul(s.outputRows(tokens, in), s.rows(tokens, out - from), part);
    });
  }
}
