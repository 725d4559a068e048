package linnet.tensor.conformance;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.RandomBlocks;
import linnet.tensor.RandomKey;
import linnet.tensor.ReductionKernels.Reduction;
import linnet.tensor.Scope;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * Every primitive once on fixed values, in sizes that fill many tiles and leave a rest ({@code scale} 1) or
 * are tiny. Gives the bits of each result.
 */
final class Workload {
  private final Backend backend;
  private final Scope scope;
  private final int scale;
  private final Map<String, float[]> results = new LinkedHashMap<>();
  private RandomKey key = RandomKey.of(2026);

  private Workload(Backend backend, Scope scope, int scale) {
    this.backend = backend;
    this.scope = scope;
    this.scale = scale;
  }

  /** Runs it. {@code scale} divides all sizes. */
  static Map<String, float[]> run(Backend backend, int scale) {
    try (var scope = backend.scope("workload")) {
      var workload = new Workload(backend, scope, scale);
      workload.elementwise();
      workload.reductions();
      workload.contractions();
      workload.rowsAndNorms();
      workload.attention();
      workload.head();
      return workload.results;
    }
  }

  private void elementwise() {
    int n = sized(20_003);
    for (var f : Unary.values()) {
      var x = normals(f == Unary.LOG || f == Unary.SQRT || f == Unary.RSQRT ? Math::abs : v -> 6 * v, n);
      record("unary " + f, out -> backend.unary(f, out, x), n);
    }
    for (var f : Binary.values()) {
      var a = normals(f == Binary.POW ? Math::abs : v -> v, n);
      var b = normals(v -> v, n);
      record("binary " + f, out -> backend.binary(f, out, a, b), n);
    }
    var x = normals(v -> v, sized(130), sized(77));
    record("affine", out -> backend.affine(out, x, 1.1, -0.3), x.size(0), x.size(1));
    record("transposed", out -> backend.affine(out, x.transpose(), 1.1, -0.3), x.size(1), x.size(0));
    record("dropout", out -> backend.dropout(out, x, 0.3, new long[x.size(0)]), x.size(0), x.size(1));
    record("addScaled", out -> {
      backend.copy(out, x);
      backend.addScaled(out, x, 0.7);
    }, x.size(0), x.size(1));
  }

  private void reductions() {
    var x = normals(v -> v, sized(67), sized(4099));
    record("sum of rows", out -> backend.reduce(Reduction.SUM, out, x), x.size(0), 1);
    record("sum of columns", out -> backend.reduce(Reduction.SUM, out, x), 1, x.size(1));
    record("sum of all", out -> backend.reduce(Reduction.SUM, out, x), 1, 1);
    record("sum of transposed", out -> backend.reduce(Reduction.SUM, out, x.transpose()), x.size(1), 1);
    record("softmax", out -> backend.softmax(out, x), x.size(0), x.size(1));
    record("softmaxBackward", out -> backend.softmaxBackward(out, x, x), x.size(0), x.size(1));
    results.put("sumOfSquares", new float[] {(float) backend.sumOfSquares(x)});
  }

  private void contractions() {
    var weights = new ArrayList<>(List.of(DType.F32, DType.BF16, DType.F16));
    weights.addAll(RandomBlocks.types());
    for (var dtype : weights) {
      int out = sized(205);
      int unit = dtype.isQuantized() ? RandomBlocks.rowUnit(dtype) : 32;
      int in = unit * Math.max(1, 607 / scale / unit);
      var w = weights(dtype, out, in);
      for (int rows : new int[] {1, 3, 7, sized(131)}) {
        var x = normals(v -> v, rows, in);
        var dy = normals(v -> v, rows, out);
        record("x·Wᵀ " + dtype + " " + rows, y -> backend.matmul(y, x, w.transpose()), rows, out);
        record("dy·W " + dtype + " " + rows, dx -> backend.matmul(dx, dy, w), rows, in);
      }
    }
    var x = normals(v -> v, sized(301), sized(70));
    var dy = normals(v -> v, sized(301), sized(45));
    record("dyᵀ·x", dw -> {
      backend.fill(dw, 0.5);
      backend.matmulAdd(dw, dy.transpose(), x);
    }, dy.size(1), x.size(1));
    var u = normals(v -> v, sized(301), sized(8));
    record("low-rank dx", out -> backend.matmulLowRank(out, u, dy, normals(v -> v, dy.size(1), x.size(1)),
        normals(v -> v, dy.size(1), u.size(1)), normals(v -> v, u.size(1), x.size(1)), 2), x.size(0), x.size(1));
    var a = normals(v -> v, 3, sized(33), sized(40));
    var b = normals(v -> v, 3, sized(40), sized(35));
    record("batched", y -> backend.matmul(y, a, b), 3, a.size(1), b.size(2));
  }

  private void rowsAndNorms() {
    int tokens = sized(150);
    int width = sized(99);
    var x = normals(v -> v, tokens, width);
    var w = normals(v -> v, width);
    var dy = normals(v -> v, tokens, width);
    var rows = scope.allocate(DType.I32, tokens);
    var indices = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      indices[t] = t * t % 13;
    }
    backend.upload(rows, indices);
    record("scatterAddRows", table -> {
      backend.fill(table, 0);
      backend.scatterAddRows(table, rows, x);
    }, 13, width);
    record("rmsNorm", y -> backend.rmsNorm(y, x, w, 1e-5), tokens, width);
    record("rmsNormBackwardInput", dx -> backend.rmsNormBackwardInput(dx, x, w, dy, 1e-5), tokens, width);
    record("rmsNormBackwardWeight", dw -> backend.rmsNormBackwardWeight(dw, x, dy, 1e-5), width);
    record("layerNorm", y -> backend.layerNorm(y, x, w, w, 1e-5), tokens, width);
    record("layerNormBackwardInput", dx -> backend.layerNormBackwardInput(dx, x, w, dy, 1e-5), tokens, width);
    record("layerNormBackwardWeight", dw -> backend.layerNormBackwardWeight(dw, x, dy, 1e-5), width);
    record("gelu", y -> backend.gelu(y, x), tokens, width);
    record("geluBackward", dx -> backend.geluBackward(dx, x, dy), tokens, width);
    record("geluTanh", y -> backend.geluTanh(y, x), tokens, width);
    record("geluTanhBackward", dx -> backend.geluTanhBackward(dx, x, dy), tokens, width);
    record("swiGlu", y -> backend.swiGlu(y, x, dy), tokens, width);
    var gateGradient = scope.allocate(DType.F32, tokens, width);
    record("swiGluBackward", dUp -> backend.swiGluBackward(gateGradient, dUp, x, dy, x), tokens, width);
    results.put("swiGluBackward gate", gateGradient.toFloats());
    var cos = normals(v -> v, tokens, width / 6);
    var heads = x.slice(1, 0, width / 3 * 3).reshape(tokens, 3, width / 3);
    record("rope", y -> backend.rope(y, heads, cos, cos), tokens, 3, width / 3);
    record("adamW", p -> {
      var m = normals(v -> v, tokens, width);
      backend.copy(p, x);
      var v = normals(Math::abs, tokens, width);
      backend.adamW(p, dy, m, v, new AdamWStep(1e-3, 0.9, 0.99, 1e-8, 0.01, 3, 0.5));
    }, tokens, width);
  }

  private void attention() {
    int length = sized(140);
    var rows = Segments.of(0, length, length + 1, 2 * length);
    int tokens = rows.queries();
    int width = sized(20);
    var q = normals(v -> v, tokens, 4, width);
    var k = normals(v -> v, tokens, 2, width);
    var v = normals(x -> x, tokens, 2, width);
    var dOut = normals(x -> x, tokens, 4, width);
    var out = scope.allocate(DType.F32, tokens, 4, width);
    var dk = scope.allocate(DType.F32, tokens, 2, width);
    var dv = scope.allocate(DType.F32, tokens, 2, width);
    var causal = AttentionRule.causal(0.3);
    record("attention logSumExp", lse -> {
      backend.attention(out, lse, q, k, v, rows, causal);
      record("attention dq", dq ->
          backend.attentionBackward(dq, dk, dv, dOut, out, lse, q, k, v, rows, causal), tokens, 4, width);
    }, tokens, 4);
    results.put("attention", out.toFloats());
    results.put("attention dk", dk.toFloats());
    results.put("attention dv", dv.toFloats());
    var rule = new AttentionRule(0.3, length / 2, 2);
    record("capped attention logSumExp", lse -> {
      backend.attention(out, lse, q, k, v, rows, rule);
      record("capped attention dq", dq ->
          backend.attentionBackward(dq, dk, dv, dOut, out, lse, q, k, v, rows, rule), tokens, 4, width);
    }, tokens, 4);
    results.put("capped attention", out.toFloats());
    results.put("capped attention dk", dk.toFloats());
    results.put("capped attention dv", dv.toFloats());
  }

  private void head() {
    int tokens = sized(150);
    int width = sized(48);
    int vocabulary = sized(777);
    var h = normals(x -> x, tokens, width);
    var w = normals(x -> x, vocabulary, width);
    var targets = scope.zeros(DType.I32, tokens);
    var weights = normals(Math::abs, tokens);
    record("logProbs", out -> backend.logProbs(out, h, w, targets), tokens);
    var dh = scope.allocate(DType.F32, tokens, width);
    var dw = scope.zeros(DType.F32, vocabulary, width);
    record("crossEntropy", loss -> backend.crossEntropy(loss, dh, dw, h, w, targets, weights), 1);
    record("logProbsBackward", d -> backend.logProbsBackward(d, dw, weights, h, w, targets), tokens, width);
    var bias = normals(x -> x, vocabulary);
    var dBias = scope.zeros(DType.F32, vocabulary);
    record("capped logProbs", out -> backend.logProbs(out, h, w, bias, 2, targets), tokens);
    record("capped logProbsBackward",
        d -> backend.logProbsBackward(d, dw, dBias, weights, h, w, bias, 2, targets), tokens, width);
    results.put("head dBias", dBias.toFloats());
    results.put("head dh", dh.toFloats());
    results.put("head dw", dw.toFloats());
  }

  private void record(String name, Consumer<Tensor> operation, int... shape) {
    var out = scope.allocate(DType.F32, shape);
    operation.accept(out);
    results.put(name, out.toFloats());
  }

  private int sized(int full) {
    return Math.max(8, full / scale);
  }

  private Tensor weights(DType dtype, int rows, int columns) {
    if (!dtype.isQuantized()) {
      var dense = normals(v -> v, rows, columns);
      var tensor = scope.allocate(dtype, rows, columns);
      backend.copy(tensor, dense);
      return tensor;
    }
    key = key.derive(1);
    var shape = Shape.of(rows, columns);
    var bytes = Arena.ofAuto().allocate(dtype.bytes(shape.elements()), 32);
    var next = new AtomicInteger();
    RandomBlocks.fill(dtype, bytes, () -> (int) key.next(next.getAndIncrement()), () -> 0.3);
    return backend.adopt(scope, dtype, shape, bytes);
  }

  private Tensor normals(DoubleUnaryOperator map, int... shape) {
    key = key.derive(0);
    var tensor = scope.allocate(DType.F32, shape);
    var values = new float[(int) tensor.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) map.applyAsDouble(key.normal(i));
    }
    tensor.copyFrom(values);
    return tensor;
  }
}
