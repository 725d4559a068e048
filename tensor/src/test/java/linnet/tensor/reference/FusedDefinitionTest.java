package linnet.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backend;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.LogProbKernels;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.Scope;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;
import linnet.tensor.UpdateKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The fused definitions against their formulas written out, and their gradients against central differences.
 */
class FusedDefinitionTest {
  private static final double EXACT = 1e-13;
  private static final double DIFFERENCES = 1e-7;
  private final SplittableRandom random = new SplittableRandom(11);
  private final Backend backend = Backends.reference();
  private final Scope scope = backend.scope("test");

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  @Test
  void softmax() {
    var x = normals(3, 5);
    var y = like(x);
    backend.softmax(y, x);
    for (int i = 0; i < 3; i++) {
      double[] row = x.select(0, i).toDoubles();
      double sum = Arrays.stream(row).map(Math::exp).sum();
      double[] expected = Arrays.stream(row).map(v -> Math.exp(v) / sum).toArray();
      assertArrayEquals(expected, y.select(0, i).toDoubles(), EXACT);
    }
    var dy = normals(3, 5);
    var dx = like(x);
    backend.softmaxBackward(dx, y, dy);
    assertGradient(dx, x, t -> {
      backend.softmax(y, t);
      return dot(y, dy);
    });
  }

  @Test
  void rmsNorm() {
    double eps = 0.01;
    var x = normals(4, 6);
    var w = normals(6);
    var y = like(x);
    backend.rmsNorm(y, x, w, eps);
    for (int i = 0; i < 4; i++) {
      double[] row = x.select(0, i).toDoubles();
      double root = Math.sqrt(Arrays.stream(row).map(v -> v * v).average().orElseThrow() + eps);
      for (int d = 0; d < 6; d++) {
        assertEquals(row[d] / root * w.toDoubles()[d], y.toDoubles()[i * 6 + d], EXACT);
      }
    }
    var dy = normals(4, 6);
    var dx = like(x);
    var dw = like(w);
    backend.rmsNormBackwardInput(dx, x, w, dy, eps);
    backend.rmsNormBackwardWeight(dw, x, dy, eps);
    assertGradient(dx, x, t -> {
      backend.rmsNorm(y, t, w, eps);
      return dot(y, dy);
    });
    assertGradient(dw, w, t -> {
      backend.rmsNorm(y, x, t, eps);
      return dot(y, dy);
    });
  }

  @Test
  void ropeTurnsPairsHalfAHeadApart() {
    double angle = 0.7;
    var x = doubles(new double[] {1, 2, 3, 4, 5}, 1, 1, 5);
    var cos = doubles(new double[] {Math.cos(angle), 1}, 1, 2);
    var sin = doubles(new double[] {Math.sin(angle), 0}, 1, 2);
    var y = like(x);
    backend.rope(y, x, cos, sin);
    assertArrayEquals(new double[] {Math.cos(angle) - 3 * Math.sin(angle), 2,
        3 * Math.cos(angle) + Math.sin(angle), 4, 5}, y.toDoubles(), EXACT);
    var back = like(x);
    backend.ropeBackward(back, y, cos, sin);
    assertArrayEquals(x.toDoubles(), back.toDoubles(), EXACT);
  }

  @Test
  void swiGlu() {
    var gate = normals(3, 4);
    var up = normals(3, 4);
    var y = like(gate);
    backend.swiGlu(y, gate, up);
    for (int i = 0; i < 12; i++) {
      double g = gate.toDoubles()[i];
      assertEquals(g / (1 + Math.exp(-g)) * up.toDoubles()[i], y.toDoubles()[i], EXACT);
    }
    var dy = normals(3, 4);
    var dGate = like(gate);
    var dUp = like(gate);
    backend.swiGluBackward(dGate, dUp, gate, up, dy);
    assertGradient(dGate, gate, t -> {
      backend.swiGlu(y, t, up);
      return dot(y, dy);
    });
    assertGradient(dUp, up, t -> {
      backend.swiGlu(y, gate, t);
      return dot(y, dy);
    });
  }

  @Test
  void attentionIsCausalWithinRowsAndAlignedAtTheirEnds() {
    for (var rows : new Segments[] {Segments.of(0, 3, 4, 8), Segments.cached(2, 6),
        new Segments(new int[] {0, 1, 4}, new int[] {1, 4, 8})}) {
      checkAttention(rows);
    }
  }

  private void checkAttention(Segments rows) {
    int heads = 4;
    int groups = 2;
    int width = 3;
    double scale = 0.6;
    int keys = rows.keyStart(rows.rows());
    var q = normals(rows.queries(), heads, width);
    var k = normals(keys, groups, width);
    var v = normals(keys, groups, width);
    var out = like(q);
    var logSumExp = scope.allocate(DType.F64, rows.queries(), heads);
    backend.attention(out, logSumExp, q, k, v, rows, AttentionRule.causal(scale));
    for (int r = 0; r < rows.rows(); r++) {
      int extra = rows.keyStart(r + 1) - rows.keyStart(r) - (rows.queryStart(r + 1) - rows.queryStart(r));
      for (int t = rows.queryStart(r); t < rows.queryStart(r + 1); t++) {
        int end = rows.keyStart(r) + extra + t - rows.queryStart(r) + 1;
        for (int h = 0; h < heads; h++) {
          checkQuery(out, logSumExp, q, k, v, t, h, rows.keyStart(r), end, scale);
        }
      }
    }
    var dOut = normals(rows.queries(), heads, width);
    var dq = like(q);
    var dk = like(k);
    var dv = like(v);
    backend.attentionBackward(dq, dk, dv, dOut, out, logSumExp, q, k, v, rows, AttentionRule.causal(scale));
    assertGradient(dq, q, t -> attended(t, k, v, dOut, rows, scale));
    assertGradient(dk, k, t -> attended(q, t, v, dOut, rows, scale));
    assertGradient(dv, v, t -> attended(q, k, t, dOut, rows, scale));
  }

  private static void checkQuery(Tensor out, Tensor logSumExp, Tensor q, Tensor k, Tensor v, int t, int h,
      int from, int to, double scale) {
    int group = h * k.size(1) / q.size(1);
    double[] query = q.select(0, t).select(0, h).toDoubles();
    var expected = new double[query.length];
    double sum = 0;
    for (int s = from; s < to; s++) {
      double[] key = k.select(0, s).select(0, group).toDoubles();
      double[] value = v.select(0, s).select(0, group).toDoubles();
      double score = 0;
      for (int d = 0; d < key.length; d++) {
        score += query[d] * key[d];
      }
      double weight = Math.exp(scale * score);
      sum += weight;
      for (int d = 0; d < key.length; d++) {
        expected[d] += weight * value[d];
      }
    }
    for (int d = 0; d < expected.length; d++) {
      expected[d] /= sum;
    }
    assertArrayEquals(expected, out.select(0, t).select(0, h).toDoubles(), EXACT);
    assertEquals(Math.log(sum), logSumExp.select(0, t).slice(0, h, h + 1).item(), EXACT);
  }

  private double attended(Tensor q, Tensor k, Tensor v, Tensor dOut, Segments rows, double scale) {
    var out = like(q);
    backend.attention(out, scope.allocate(DType.F64, q.size(0), q.size(1)), q, k, v, rows, AttentionRule.causal(scale));
    return dot(out, dOut);
  }

  @Test
  void logProbsOverSeveralChunks() {
    int tokens = LogProbKernels.CHUNK + 3;
    var h = normals(tokens, 3);
    var w = normals(5, 3);
    int[] ids = random.ints(tokens, 0, 5).toArray();
    var targets = scope.ints(ids);
    var out = scope.allocate(DType.F64, tokens);
    backend.logProbs(out, h, w, targets);
    for (int t = 0; t < tokens; t++) {
      var logits = new double[5];
      for (int c = 0; c < 5; c++) {
        logits[c] = dot(h.select(0, t), w.select(0, c));
      }
      double sum = Arrays.stream(logits).map(Math::exp).sum();
      assertEquals(logits[ids[t]] - Math.log(sum), out.toDoubles()[t], EXACT);
    }
    var dOut = normals(tokens);
    var dh = like(h);
    var dw = scope.zeros(DType.F64, 5, 3);
    backend.fill(dw, 1);
    backend.logProbsBackward(dh, dw, dOut, h, w, targets);
    backend.affine(dw, dw, 1, -1);
    assertGradient(dh, h, t -> {
      backend.logProbs(out, t, w, targets);
      return dot(out, dOut);
    });
    assertGradient(dw, w, t -> {
      backend.logProbs(out, h, t, targets);
      return dot(out, dOut);
    });
  }

  @Test
  void updatedNormsAreTheLengthsOfRowsAndColumns() {
    int rows = 5;
    var w = normals(rows, 3);
    var left = normals(rows, 2);
    var right = normals(2, 3);
    var byRow = new double[rows];
    var byColumn = new double[3];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < 3; j++) {
        double sum = w.select(0, i).toDoubles()[j]
            + 0.7 * dot(left.select(0, i), right.select(1, j));
        byRow[i] += sum * sum;
        byColumn[j] += sum * sum;
      }
    }
    var norms = scope.allocate(DType.F64, rows);
    backend.updatedNorms(norms, w, left, right, 0.7, 1);
    assertArrayEquals(Arrays.stream(byRow).map(Math::sqrt).toArray(), norms.toDoubles(), EXACT);
    norms = scope.allocate(DType.F64, 3);
    backend.updatedNorms(norms, w, left, right, 0.7, 0);
    assertArrayEquals(Arrays.stream(byColumn).map(Math::sqrt).toArray(), norms.toDoubles(), EXACT);
  }

  @Test
  void aMatrixOfSeveralBlocksHasTheNormsOfItsRows() {
    int columns = UpdateKernels.BLOCK / 2;
    var w = scope.zeros(DType.F64, 5, columns);
    for (int i = 0; i < 5; i++) {
      backend.fill(w.select(0, i).slice(0, i, i + 1), i + 1);
    }
    var none = scope.zeros(DType.F64, 5, 1);
    var norms = scope.allocate(DType.F64, 5);
    backend.updatedNorms(norms, w, none, scope.zeros(DType.F64, 1, columns), 1, 1);
    assertArrayEquals(new double[] {1, 2, 3, 4, 5}, norms.toDoubles(), EXACT);
    norms = scope.allocate(DType.F64, columns);
    backend.updatedNorms(norms, w, none, scope.zeros(DType.F64, 1, columns), 1, 0);
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 0}, Arrays.copyOf(norms.toDoubles(), 6), EXACT);
  }

  @Test
  void crossEntropyIsTheWeightedSumOfLogProbs() {
    int tokens = LogProbKernels.CHUNK + 5;
    var h = normals(tokens, 3);
    var w = normals(4, 3);
    var targets = scope.ints(random.ints(tokens, 0, 4).toArray());
    var weights = normals(tokens);
    var logProbs = scope.allocate(DType.F64, tokens);
    backend.logProbs(logProbs, h, w, targets);
    var loss = scope.allocate(DType.F64, 1);
    backend.crossEntropy(loss, null, null, h, w, targets, weights);
    assertEquals(-dot(logProbs, weights), loss.item(), EXACT * tokens);

    var dOut = like(weights);
    backend.affine(dOut, weights, -1, 0);
    var expectedDh = like(h);
    var expectedDw = scope.zeros(DType.F64, 4, 3);
    backend.logProbsBackward(expectedDh, expectedDw, dOut, h, w, targets);
    var dh = like(h);
    var dw = scope.zeros(DType.F64, 4, 3);
    backend.crossEntropy(loss, dh, dw, h, w, targets, weights);
    assertArrayEquals(expectedDh.toDoubles(), dh.toDoubles(), EXACT);
    assertArrayEquals(expectedDw.toDoubles(), dw.toDoubles(), EXACT);
    assertEquals(-dot(logProbs, weights), loss.item(), EXACT * tokens);
  }

  @Test
  void adamWIsPyTorchs() {
    double p = 0.5;
    double m = 0;
    double v = 0;
    var parameter = doubles(new double[] {p}, 1);
    var first = scope.zeros(DType.F64, 1);
    var second = scope.zeros(DType.F64, 1);
    for (int t = 1; t <= 5; t++) {
      double raw = random.nextGaussian();
      double g = raw * 0.25;
      p -= 0.01 * 0.1 * p;
      m = 0.9 * m + 0.1 * g;
      v = 0.99 * v + 0.01 * g * g;
      p -= 0.01 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.99, t))) + 1e-6);
      backend.adamW(parameter, doubles(new double[] {raw}, 1), first, second,
          new AdamWStep(0.01, 0.9, 0.99, 1e-6, 0.1, t, 0.25));
      assertEquals(p, parameter.item(), EXACT);
      assertEquals(m, first.item(), EXACT);
      assertEquals(v, second.item(), EXACT);
    }
  }

  /** Every entry of {@code gradient} is the slope of {@code f} along that entry of {@code x}. */
  private void assertGradient(Tensor gradient, Tensor x, ToDoubleFunction<Tensor> f) {
    double step = 1e-5;
    double[] values = x.toDoubles();
    double[] slopes = gradient.toDoubles();
    var probe = like(x);
    for (int i = 0; i < values.length; i++) {
      double kept = values[i];
      values[i] = kept + step;
      probe.copyFrom(values);
      double above = f.applyAsDouble(probe);
      values[i] = kept - step;
      probe.copyFrom(values);
      double below = f.applyAsDouble(probe);
      values[i] = kept;
      assertEquals((above - below) / (2 * step), slopes[i], DIFFERENCES * Math.max(1, Math.abs(slopes[i])));
    }
  }

  private static double dot(Tensor a, Tensor b) {
    double[] left = a.toDoubles();
    double[] right = b.toDoubles();
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  private Tensor like(Tensor x) {
    return scope.allocate(DType.F64, x.shape());
  }

  private Tensor normals(int... shape) {
    var tensor = scope.allocate(DType.F64, shape);
    tensor.copyFrom(random.doubles(tensor.elements(), -1.5, 1.5).toArray());
    return tensor;
  }

  private Tensor doubles(double[] values, int... shape) {
    var tensor = scope.allocate(DType.F64, shape);
    tensor.copyFrom(values);
    return tensor;
  }
}
