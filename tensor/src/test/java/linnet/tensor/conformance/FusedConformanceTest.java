package linnet.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import linnet.tensor.AdaptedHeadKernels.AdaptedHead;
import linnet.tensor.AdaptedHeadKernels.AdaptedHeadGradients;
import linnet.tensor.AdaptedHeadKernels.HeadInputs;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.OptimizerKernels.AdamWUpdate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class FusedConformanceTest implements OnEveryBackend {
  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void rmsNormAndItsGradients(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      int[] shape = {s.size(), s.positiveSize()};
      var x = s.rows(shape);
      var w = s.input(Layout.DENSE_ROWS, s.oneOf(List.of(DType.F32, DType.BF16)), v -> v, shape[1]);
      var dy = s.rows(shape);
      s.backend().rmsNorm(s.outputRows(shape), x, w, 1e-3);
      s.backend().rmsNormBackwardInput(s.outputRows(shape), x, w, dy, 1e-3);
      s.backend().rmsNormBackwardWeight(s.outputRows(shape[1]), x, dy, 1e-3);
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void layerNormAndItsGradients(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      int[] shape = {s.size(), s.positiveSize()};
      var x = s.rows(shape);
      var w = s.rows(shape[1]);
      var dy = s.rows(shape);
      s.backend().layerNorm(s.outputRows(shape), x, w, s.rows(shape[1]), 0.1);
      s.backend().layerNormBackwardInput(s.outputRows(shape), x, w, dy, 0.1);
      s.backend().layerNormBackwardWeight(s.outputRows(shape[1]), x, dy, 0.1);
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void geluAndItsGradient(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      int[] shape = {s.size(), s.size()};
      var x = s.input(Layout.ANY, DType.F32, v -> 3 * v, shape);
      var dy = s.input(shape);
      s.backend().gelu(s.outputRows(shape), x);
      s.backend().geluBackward(s.outputRows(shape), x, dy);
      s.backend().geluTanh(s.outputRows(shape), x);
      s.backend().geluTanhBackward(s.outputRows(shape), x, dy);
    });
  }

  @Property(tries = 10, shrinking = ShrinkingMode.OFF)
  void theGradientOfGeluIsFiniteWhereACubeIsNot(@ForAll("backends") Backend backend) {
    for (var any : List.of(backend, Backends.reference())) {
      try (var scope = any.scope("gelu")) {
        var dx = scope.allocate(DType.F32, 1, 2);
        any.geluTanhBackward(dx, scope.floats(new float[] {1e15f, -1e15f}, 1, 2),
            scope.floats(new float[] {3, 5}, 1, 2));
        assertArrayEquals(new float[] {3, 0}, dx.toFloats());
      }
    }
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void ropeAndItsGradient(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.SUMMED, s -> {
      int half = s.positiveSize();
      int[] shape = {s.size(), 1 + s.below(3), 2 * half + s.below(3)};
      var cos = s.rows(shape[0], half);
      var sin = s.rows(shape[0], half);
      s.backend().rope(s.outputRows(shape), s.rows(shape), cos, sin);
      s.backend().ropeBackward(s.outputRows(shape), s.rows(shape), cos, sin);
    });
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void swiGluAndItsGradients(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      int[] shape = {s.size(), s.size()};
      var gate = s.input(Layout.DENSE_ROWS, DType.F32, x -> 4 * x, shape);
      var up = s.rows(shape);
      s.backend().swiGlu(s.outputRows(shape), gate, up);
      s.backend().swiGluBackward(s.outputRows(shape), s.outputRows(shape), gate, up, s.rows(shape));
    });
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void attention(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new AttentionCase(s);
      s.backend().attention(s.outputRows(c.queries, c.heads, c.width), s.outputRows(c.queries, c.heads), c.q,
          c.k, c.v, c.rows, AttentionRule.causal(c.scale()));
    });
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void attentionBackward(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new AttentionCase(s);
      var out = s.outputRows(c.queries, c.heads, c.width);
      var logSumExp = s.outputRows(c.queries, c.heads);
      var rule = AttentionRule.causal(c.scale());
      s.backend().attention(out, logSumExp, c.q, c.k, c.v, c.rows, rule);
      var dq = s.outputRows(c.queries, c.heads, c.width);
      var dk = s.outputRows(c.keys, c.groups, c.width);
      var dv = s.outputRows(c.keys, c.groups, c.width);
      var dOut = s.rows(c.queries, c.heads, c.width);
      s.backend().attentionBackward(dq, dk, dv, dOut, out, logSumExp, c.q, c.k, c.v, c.rows, rule);
    });
  }

  @Property(tries = 30, shrinking = ShrinkingMode.OFF)
  void attentionWithAWindowAndCappedScores(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new AttentionCase(s);
      double cap = s.below(2) == 0 ? Double.POSITIVE_INFINITY : 1.5;
      var rule = new AttentionRule(c.scale(), 1 + s.below(s.below(2) == 0 ? 6 : 200), cap);
      var out = s.outputRows(c.queries, c.heads, c.width);
      var logSumExp = s.outputRows(c.queries, c.heads);
      s.backend().attention(out, logSumExp, c.q, c.k, c.v, c.rows, rule);
      s.backend().attentionBackward(s.outputRows(c.queries, c.heads, c.width),
          s.outputRows(c.keys, c.groups, c.width), s.outputRows(c.keys, c.groups, c.width),
          s.rows(c.queries, c.heads, c.width), out, logSumExp, c.q, c.k, c.v, c.rows, rule);
    });
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void logProbsOfABiasedAndOfACappedHead(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new HeadCase(s);
      var bias = s.rows(c.vocabulary);
      s.backend().logProbs(s.outputRows(c.tokens), c.h, c.w, bias, Double.POSITIVE_INFINITY, c.targets);
      s.backend().logProbs(s.outputRows(c.tokens), c.h, c.w, null, 1.5, c.targets);
      s.backend().logProbsBackward(s.outputRows(c.tokens, c.width), c.gradient(s),
          s.changed(Layout.DENSE_ROWS, x -> x, c.vocabulary), s.rows(c.tokens), c.h, c.w, bias, 1.5,
          c.targets);
    });
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void logProbsOfAnAdaptedHead(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new HeadCase(s);
      int rank = s.positiveSize();
      boolean scaled = s.below(2) == 0;
      var inputs = new HeadInputs(c.h, s.rows(c.tokens, rank), scaled ? s.rows(c.tokens, c.width) : null);
      var head = new AdaptedHead(c.w, s.rows(c.vocabulary, rank), scaled ? s.rows(c.vocabulary) : null,
          s.below(2) == 0 ? s.rows(c.vocabulary) : null, s.below(2) == 0 ? Double.POSITIVE_INFINITY : 1.5);
      s.backend().adaptedLogProbs(s.outputRows(c.tokens), inputs, head, c.targets);
      var dInputs = new HeadInputs(s.outputRows(c.tokens, c.width), s.outputRows(c.tokens, rank),
          scaled ? s.outputRows(c.tokens, c.width) : null);
      var gradients = new AdaptedHeadGradients(c.gradient(s),
          s.changed(Layout.DENSE_ROWS, x -> x, c.vocabulary, rank),
          scaled ? s.changed(Layout.DENSE_ROWS, x -> x, c.vocabulary) : null,
          head.bias() == null ? null : s.changed(Layout.DENSE_ROWS, x -> x, c.vocabulary));
      // small: a factor's gradient sums hundreds of tokens' products of this and a score, which is some ten
      var dLogProbs = s.input(Layout.DENSE_ROWS, DType.F32, x -> x / 8, c.tokens);
      s.backend().adaptedLogProbsBackward(dInputs, gradients, dLogProbs, inputs, head, c.targets);
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void theNormsOfAMatrixWithAnUpdate(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      int[] shape = {s.size(), s.positiveSize()};
      int rank = s.positiveSize();
      var w = s.input(Layout.DENSE_ROWS, s.oneOf(List.of(DType.F32, DType.BF16)), x -> x, shape);
      var left = s.rows(shape[0], rank);
      var right = s.rows(rank, shape[1]);
      s.backend().updatedNorms(s.outputRows(shape[0]), w, left, right, 0.7, 1);
      s.backend().updatedNorms(s.outputRows(shape[1]), w, left, right, 0.7, 0);
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void logProbsAndTheirGradients(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new HeadCase(s);
      s.backend().logProbs(s.outputRows(c.tokens), c.h, c.w, c.targets);
      s.backend().logProbsBackward(s.outputRows(c.tokens, c.width), c.gradient(s), s.rows(c.tokens), c.h, c.w,
          c.targets);
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void crossEntropyAndItsGradients(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var c = new HeadCase(s);
      var dh = s.below(4) == 0 ? null : s.outputRows(c.tokens, c.width);
      s.backend().crossEntropy(s.outputRows(1), dh, dh == null ? null : c.gradient(s), c.h, c.w, c.targets,
          s.input(Layout.DENSE_ROWS, DType.F32, Math::abs, c.tokens));
    });
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void adamW(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var u = adamWUpdate(s, s.size(), s.size());
      s.backend().adamW(u.parameter(), u.gradient(), u.m(), u.v(), u.step());
    });
  }

  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void adamWEach(@ForAll("backends") Backend backend, @ForAll long seed) {
    agree(backend, seed, Tolerance.FUSED, s -> {
      var large = adamWUpdate(s, Candidates.emulated() ? 40 : 700, 100);
      s.backend().adamWEach(List.of(adamWUpdate(s, s.size(), 3), large, adamWUpdate(s, 1, s.size())));
    });
  }

  private static AdamWUpdate adamWUpdate(Stage s, int... shape) {
    var step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.1, 1 + s.below(100), 0.5);
    var p = s.changed(Layout.DENSE_ROWS, x -> x, shape);
    var m = s.changed(Layout.DENSE_ROWS, x -> x / 10, shape);
    var v = s.changed(Layout.DENSE_ROWS, x -> x * x, shape);
    return new AdamWUpdate(p, s.rows(shape), m, v, step);
  }
}
