package linnet.tensor.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import linnet.tensor.AttentionRule;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.ElementwiseKernels.Binary;
import linnet.tensor.ElementwiseKernels.Unary;
import linnet.tensor.OptimizerKernels.AdamWStep;
import linnet.tensor.OptimizerKernels.AdamWUpdate;
import linnet.tensor.ReductionKernels.Reduction;
import linnet.tensor.Scope;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/**
 * A small program over a backend's primitives whose results can be compared between providers and threads.
 *
 * @param name for messages
 * @param program what to run
 */
record Case(String name, Program program) {
  /** Returns the tensors to compare. */
  interface Program {
    List<Tensor> run(Inputs in);
  }

  /** Random inputs, the same for every backend. */
  record Inputs(Backend backend, Scope scope, Random random) {
    Tensor tensor(int... sizes) {
      var tensor = scope.allocate(DType.F32, sizes);
      var values = new float[Math.toIntExact(tensor.elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      tensor.copyFrom(values);
      return tensor;
    }

    Tensor in(DType dtype, int... sizes) {
      var rounded = scope.allocate(dtype, sizes);
      backend.copy(rounded, tensor(sizes));
      return rounded;
    }

    Tensor indices(int count, int bound) {
      return scope.ints(random.ints(count, 0, bound).toArray());
    }

    Tensor empty(int... sizes) {
      return scope.allocate(DType.F32, sizes);
    }
  }

  List<double[]> run(Backend backend) {
    try (var scope = backend.scope(name)) {
      return program.run(new Inputs(backend, scope,
          new Random(name.hashCode()))).stream().map(Tensor::toDoubles)
          .toList();
    }
  }

  static List<Case> all() {
    var cases = new ArrayList<Case>();
    elementwise(cases);
    reductions(cases);
    products(cases);
    rows(cases);
    attention(cases);
    heads(cases);
    return cases;
  }

  private static void elementwise(List<Case> cases) {
    for (var f : Unary.values()) {
      for (int n : new int[] {1, 7, 33, 5000}) {
        cases.add(new Case(f + " of " + n, in -> {
          var x = in.tensor(n);
          if (f == Unary.LOG || f == Unary.SQRT || f == Unary.RSQRT) {
            in.backend().unary(Unary.ABS, x, x);
          }
          in.backend().unary(f, x, x);
          return List.of(x);
        }));
      }
    }
    for (var f : Binary.values()) {
      cases.add(new Case(f + " broadcast", in -> {
        var a = in.tensor(5, 67);
        in.backend().unary(Unary.ABS, a, a);
        var y = in.empty(3, 5, 67);
        in.backend().binary(f, y, a.expand(y.shape()), in.tensor(67).expand(y.shape()));
        var z = in.empty(5, 67);
        in.backend().binary(f, z, a, in.tensor(5, 1).expand(z.shape()));
        var t = in.empty(67, 5);
        in.backend().binary(f, t, a.transpose(), in.tensor(5).expand(t.shape()));
        return List.of(y, z, t);
      }));
    }
    cases.add(new Case("affine, addScaled, fill, transposed", in -> {
      var x = in.tensor(70, 90);
      var y = in.tensor(90, 70);
      in.backend().affine(y, x.transpose(), 0.37, -1.2);
      in.backend().addScaled(x.transpose(), in.tensor(90, 70), 2.5);
      var z = in.tensor(9, 9);
      in.backend().fill(z.slice(1, 2, 7), 3.25);
      return List.of(x, y, z);
    }));
    for (var dtype : new DType[] {DType.BF16, DType.F16, DType.F64}) {
      cases.add(new Case("copies " + dtype, in -> {
        var x = in.in(dtype, 33, 21);
        var y = in.empty(33, 21);
        in.backend().copy(y, x);
        var z = in.empty(21, 33);
        in.backend().copy(z, x.transpose());
        var sum = in.scope().allocate(dtype, 33, 21);
        in.backend().binary(Binary.ADD, sum, x, y);
        return List.of(y, z);
      }));
    }
    cases.add(new Case("copies what the threads share", in -> {
      var x = in.tensor(300_001); // more than a MiB
      var y = in.empty(300_001);
      in.backend().copy(y.slice(0, 1, 300_001), x.slice(0, 0, 300_000));
      in.backend().copy(y.slice(0, 0, 1), x.slice(0, 300_000, 300_001));
      return List.of(y);
    }));
    cases.add(new Case("dropout", in -> {
      var x = in.tensor(9, 100);
      in.backend().dropout(x, x, 0.3, in.random().longs(9).toArray());
      return List.of(x);
    }));
  }

  private static void reductions(List<Case> cases) {
    for (var f : Reduction.values()) {
      cases.add(new Case("reduce " + f, in -> {
        var x = in.tensor(4, 130, 75);
        var results = new ArrayList<Tensor>();
        for (int[] sizes : new int[][] {{4, 130, 1}, {1, 1, 75}, {4, 1, 75}, {1, 130, 1}, {1, 1, 1}, {1,
            130, 75}}) {
          var out = in.empty(sizes);
          in.backend().reduce(f, out, x);
          results.add(out);
        }
        var long1 = in.empty(1);
        in.backend().reduce(f, long1, in.tensor(10007));
        results.add(long1);
        var strided = in.empty(75, 1);
        in.backend().reduce(f, strided, x.select(0, 1).transpose());
        results.add(strided);
        return results;
      }));
    }
    cases.add(new Case("sum of squares", in -> {
      var x = in.tensor(10007);
      double sum = in.backend().sumOfSquares(x);
      double part = in.backend().sumOfSquares(x.slice(0, 0, 9999).reshape(99, 101).transpose());
      var out = in.scope().allocate(DType.F64, 2);
      out.copyFrom(new double[] {sum, part});
      return List.of(out);
    }));
    for (int n : new int[] {5, 64, 9001}) {
      cases.add(new Case("softmax of " + n, in -> {
        var x = in.tensor(6, n);
        var y = in.empty(6, n);
        in.backend().softmax(y, x);
        var dx = in.empty(6, n);
        in.backend().softmaxBackward(dx, y, in.tensor(6, n));
        return List.of(y, dx);
      }));
    }
  }

  private static void products(List<Case> cases) {
    int[][] shapes = {{1, 1, 1}, {1, 70, 33}, {3, 17, 300}, {4, 65, 576}, {5, 5, 5}, {17, 31, 257}, {64, 48,
        96}, {70, 200, 600}, {130, 33, 513}, {33, 600, 16}, {300, 8, 40}, {9, 4, 0}, {1030, 9, 20},
        {150, 130, 4500}, {150, 1700, 650}};
    for (int[] s : shapes) {
      cases.add(new Case("product %d × %d × %d".formatted(s[0], s[1], s[2]), in -> {
        int m = s[0];
        int n = s[1];
        int k = s[2];
        var y = in.tensor(m, n);
        in.backend().matmul(y, in.tensor(m, k), in.tensor(n, k).transpose());
        var z = in.tensor(m, n);
        in.backend().matmulAdd(z, in.tensor(m, k), in.tensor(k, n));
        var t = in.tensor(m, n);
        in.backend().matmul(t, in.tensor(k, m).transpose(), in.in(DType.BF16, k, n));
        var u = in.tensor(m, n + 3).slice(1, 2, n + 2);
        in.backend().matmulAdd(u, in.tensor(k, m).transpose(), in.in(DType.F16, n, k).transpose());
        return List.of(y, z, t, u);
      }));
    }
    for (int[] s : new int[][] {{7, 70, 5}, {40, 70, 5}, {700, 70, 5}, {200, 70, 16}, {200, 70, 40},
        {150, 1700, 8}}) {
      int m = s[0];
      int n = s[1];
      int rank = s[2];
      cases.add(new Case("product %d × %d with an update of rank %d".formatted(m, n, rank), in -> {
        var y = in.empty(m, n);
        var t = in.empty(m, rank);
        in.backend().matmulLowRank(y, t, in.tensor(m, 650), in.in(DType.BF16, n, 650).transpose(),
            in.tensor(rank, 650).transpose(), in.tensor(n, rank).transpose(), 1.7);
        var z = in.empty(m, n);
        in.backend().matmulPair(z, in.tensor(m, 650), in.in(DType.BF16, n, 650).transpose(), t,
            in.tensor(rank, n));
        return List.of(y, t, z);
      }));
    }
    cases.add(new Case("batched product", in -> {
      var y = in.empty(3, 2, 10, 12);
      in.backend().matmul(y, in.tensor(2, 10, 40).expand(Shape.of(3, 2, 10, 40)),
          in.tensor(3, 2, 12, 40).transpose());
      return List.of(y);
    }));
  }

  private static void rows(List<Case> cases) {
    cases.add(new Case("gather and scatter", in -> {
      var rows = in.indices(50, 20);
      var out = in.empty(50, 77);
      in.backend().gatherRows(out, in.in(DType.BF16, 20, 77), rows);
      var table = in.tensor(20, 77);
      in.backend().scatterAddRows(table, rows, out);
      return List.of(out, table);
    }));
    cases.add(new Case("rmsNorm", in -> {
      var x = in.tensor(130, 300);
      var w = in.tensor(300);
      var dy = in.tensor(130, 300);
      var y = in.empty(130, 300);
      var dx = in.empty(130, 300);
      var dw = in.empty(300);
      in.backend().rmsNorm(y, x, w, 1e-5);
      in.backend().rmsNormBackwardInput(dx, x, w, dy, 1e-5);
      in.backend().rmsNormBackwardWeight(dw, x, dy, 1e-5);
      return List.of(y, dx, dw);
    }));
    for (int rotated : new int[] {64, 10}) {
      cases.add(new Case("rope " + rotated, in -> {
        var x = in.tensor(11, 3, 64);
        var y = in.empty(11, 3, 64);
        var cos = in.tensor(11, rotated / 2);
        var sin = in.tensor(11, rotated / 2);
        in.backend().rope(y, x, cos, sin);
        var dx = in.empty(11, 3, 64);
        in.backend().ropeBackward(dx, x, cos, sin);
        return List.of(y, dx);
      }));
    }
    cases.add(new Case("swiGlu", in -> {
      var gate = in.tensor(21, 101);
      var up = in.tensor(21, 101);
      var y = in.empty(21, 101);
      in.backend().swiGlu(y, gate, up);
      var dGate = in.empty(21, 101);
      var dUp = in.empty(21, 101);
      in.backend().swiGluBackward(dGate, dUp, gate, up, in.tensor(21, 101));
      return List.of(y, dGate, dUp);
    }));
    cases.add(new Case("adamW", in -> {
      var p = in.tensor(50, 103);
      var m = in.tensor(50, 103);
      var v = in.tensor(50, 103);
      in.backend().unary(Unary.ABS, v, v);
      in.backend().adamW(p, in.tensor(50, 103), m, v, new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.1, 3, 0.5));
      return List.of(p, m, v);
    }));
    cases.add(new Case("adamWEach, of small and large tensors", in -> {
      var results = new ArrayList<Tensor>();
      var updates = new ArrayList<AdamWUpdate>();
      for (int rows : new int[] {1, 700, 3, 50, 701}) {
        var update = new AdamWUpdate(in.tensor(rows, 103), in.tensor(rows, 103), in.tensor(rows, 103),
            in.empty(rows, 103), new AdamWStep(1e-2, 0.9, 0.999, 1e-8, rows % 2, rows, 0.5));
        in.backend().fill(update.v(), 0.25);
        updates.add(update);
        results.addAll(List.of(update.parameter(), update.m(), update.v()));
      }
      in.backend().adamWEach(updates);
      return results;
    }));
  }

  private static void attention(List<Case> cases) {
    for (var rule : RULES) {
      for (int[] starts : new int[][] {{0, 1}, {0, 3, 10}, {0, 70, 71, 200}, {0, 230},
          {0, 800, 830}}) {
        cases.add(new Case(rule + " over rows to " + starts[starts.length - 1], in -> {
          int t = starts[starts.length - 1];
          var q = in.tensor(t, 6, 24);
          var k = in.tensor(t, 2, 24);
          var v = in.tensor(t, 2, 24);
          return attention(in, Segments.of(starts), rule, q, k, v);
        }));
      }
      cases.add(new Case(rule + " from within rows", in ->
          attention(in, new Segments(new int[] {0, 150, 290}, new int[] {0, 190, 400}), rule,
              in.tensor(290, 4, 24), in.tensor(400, 2, 24), in.tensor(400, 2, 24))));
      cases.add(new Case(rule + " with a cache", in ->
          attention(in, new Segments(new int[] {0, 1, 9}, new int[] {2, 120, 320}), rule,
              in.tensor(9, 3, 20), in.tensor(330, 3, 20), in.tensor(330, 3, 20))));
      cases.add(new Case(rule + " with a cache that lays keys side by side", in ->
          attention(in, new Segments(new int[] {0, 1, 3, 12}, new int[] {2, 300, 520, 800}), rule,
              in.tensor(12, 6, 20), in.tensor(3, 20, 810).transpose(0, 2).transpose(1, 2),
              in.tensor(810, 3, 20))));
    }
  }

  /** All keys, a window within a tile of queries, one beyond it, and caps. */
  static final List<AttentionRule> RULES = List.of(AttentionRule.causal(0.2),
      new AttentionRule(0.2, 3, Double.POSITIVE_INFINITY), new AttentionRule(0.2, 100, 0.7),
      new AttentionRule(0.2, AttentionRule.UNBOUNDED, 2));

  static List<Tensor> attention(Inputs in, Segments rows, AttentionRule rule, Tensor q, Tensor k, Tensor v) {
    var out = in.empty(q.shape().toArray());
    var lse = in.empty(q.size(0), q.size(1));
    in.backend().attention(out, lse, q, k, v, rows, rule);
    var dq = in.empty(q.shape().toArray());
    var dk = in.empty(k.shape().toArray());
    var dv = in.empty(v.shape().toArray());
    in.backend().attentionBackward(dq, dk, dv, in.tensor(q.shape().toArray()), out, lse, q, k, v, rows,
        rule);
    return List.of(out, lse, dq, dk, dv);
  }

  private static void heads(List<Case> cases) {
    cases.add(new Case("log-probabilities", in -> {
      var h = in.tensor(150, 40);
      var w = in.in(DType.BF16, 333, 40);
      var targets = in.indices(150, 333);
      var out = in.empty(150);
      in.backend().logProbs(out, h, w, targets);
      var dh = in.empty(150, 40);
      var dw = in.tensor(333, 40);
      in.backend().logProbsBackward(dh, dw, in.tensor(150), h, w, targets);
      var loss = in.empty(1);
      var dh2 = in.empty(150, 40);
      var dw2 = in.tensor(333, 40);
      in.backend().crossEntropy(loss, dh2, dw2, h, w, targets, in.tensor(150));
      var loss2 = in.empty(1);
      in.backend().crossEntropy(loss2, null, null, h, w, targets, in.tensor(150));
      return List.of(out, dh, dw, loss, dh2, dw2, loss2);
    }));
  }

  @Override
  public String toString() {
    return name;
  }
}
