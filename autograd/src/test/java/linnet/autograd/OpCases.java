package linnet.autograd;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.IntStream;
import linnet.tensor.AttentionRule;
import linnet.tensor.Segments;
import linnet.tensor.Shape;
import linnet.tensor.Tensor;

/** For every op a way to draw attributes and inputs; what tests of all ops go over. */
final class OpCases {
  /** One call of an op. */
  record Call(Op op, Tensor... inputs) {}

  private static final DoubleUnaryOperator POSITIVE = x -> 0.3 + Math.abs(x);
  private static final DoubleUnaryOperator OFF_ZERO = x -> x + Math.copySign(0.3, x);

  private final Map<Class<? extends Op>, Function<Draw, Call>> cases = new LinkedHashMap<>();

  OpCases() {
    binary(new Arithmetic.Add(), x -> x);
    binary(new Arithmetic.Sub(), x -> x);
    binary(new Arithmetic.Mul(), x -> x);
    binary(new Arithmetic.Div(), OFF_ZERO);
    unary(new Elementwise.Neg(), x -> x);
    unary(new Elementwise.Exp(), x -> x);
    unary(new Elementwise.Log(), POSITIVE);
    unary(new Elementwise.Sqrt(), POSITIVE);
    unary(new Elementwise.Square(), x -> x);
    unary(new Elementwise.Tanh(), x -> x);
    unary(new Elementwise.Sigmoid(), x -> x);
    unary(new Elementwise.Relu(), OFF_ZERO);
    unary(new Elementwise.Erf(), x -> x);
    unary(new Elementwise.Gelu(), x -> x);
    unary(new Elementwise.GeluTanh(), x -> x);
    unary(new Elementwise.Affine(-1.5, 0.25), x -> x);
    add(Elementwise.Dropout.class, d -> {
      int t = d.size(4);
      return new Call(new Elementwise.Dropout(0.4, d.keys(t)), d.tensor(t, d.size(5)));
    });
    add(Reduction.Sum.class, d -> {
      var shape = d.shape(4);
      var dims = IntStream.range(0, shape.rank()).filter(i -> d.below(0, 2) == 0).boxed().toList();
      return new Call(new Reduction.Sum(dims), d.tensor(shape, x -> x));
    });
    add(Reduction.Max.class, d -> {
      var shape = d.shape(3);
      return new Call(new Reduction.Max(d.below(-shape.rank(), shape.rank())), d.tensor(shape, x -> x));
    });
    unary(new Reduction.Softmax(), x -> x);
    unary(new Reduction.LogSoftmax(), x -> x);
    add(Contraction.Matmul.class, d -> {
      var batch = d.shape(2);
      int k = d.size(4);
      var left = matrices(d.broadcastable(batch), d.size(4), k);
      var right = matrices(d.broadcastable(batch), k, d.size(4));
      return new Call(new Contraction.Matmul(), d.tensor(left, x -> x), d.tensor(right, x -> x));
    });
    add(Contraction.Linear.class, d -> {
      int k = d.size(5);
      return new Call(new Contraction.Linear(), d.tensor(d.size(4), k), d.tensor(d.size(5), k));
    });
    add(Contraction.LinearEach.class, d -> {
      int k = d.size(5);
      var inputs = new Tensor[1 + d.size(3)];
      inputs[0] = d.tensor(d.size(4), k);
      for (int i = 1; i < inputs.length; i++) {
        inputs[i] = d.tensor(d.size(5), k);
      }
      return new Call(new Contraction.LinearEach(inputs.length - 1), inputs);
    });
    add(Contraction.LoraLinear.class, OpCases::loraLinear);
    add(View.Reshape.class, d -> {
      var x = d.tensor(d.size(3), d.size(3), d.size(3));
      return new Call(new View.Reshape(List.of(x.size(1), -1)), x);
    });
    add(View.Transpose.class, d -> {
      var shape = d.shape(4);
      return new Call(new View.Transpose(d.below(-shape.rank(), shape.rank()), d.below(0, shape.rank())),
          d.tensor(shape, x -> x));
    });
    add(View.Slice.class, d -> {
      var shape = d.shape(3);
      int dim = d.below(-shape.rank(), shape.rank());
      int from = d.below(0, shape.size(dim));
      int to = d.below(from + 1, shape.size(dim) + 1);
      return new Call(new View.Slice(dim, from, to), d.tensor(shape, x -> x));
    });
    add(View.Expand.class, d -> {
      var target = d.shape(4);
      return new Call(new View.Expand(target), d.tensor(d.broadcastable(target), x -> x));
    });
    add(Norm.RmsNorm.class, d -> {
      var x = d.tensor(d.shape(3), v -> v);
      return new Call(new Norm.RmsNorm(1e-3), x, d.tensor(x.size(-1)));
    });
    add(Norm.LayerNorm.class, d -> {
      var x = d.tensor(d.shape(3), v -> v);
      return new Call(new Norm.LayerNorm(0.1), x, d.tensor(x.size(-1)), d.tensor(x.size(-1)));
    });
    add(Rotary.Rope.class, d -> {
      int t = d.size(3);
      int half = d.size(2);
      return new Call(new Rotary.Rope(), d.tensor(t, d.size(3), 2 * half + d.below(0, 3)), d.tensor(t, half),
          d.tensor(t, half));
    });
    add(Gated.SwiGlu.class, d -> {
      var shape = Shape.of(d.size(4), d.size(4));
      return new Call(new Gated.SwiGlu(), d.tensor(shape, x -> x), d.tensor(shape, x -> x));
    });
    add(Attention.CausalAttention.class, OpCases::attention);
    add(Indexing.GatherRows.class, d -> {
      int v = d.size(5);
      return new Call(new Indexing.GatherRows(), d.tensor(v, d.size(4)), d.indices(d.size(6), v));
    });
    add(Indexing.Concat.class, d -> {
      var shape = d.shape(3);
      int dim = d.below(-shape.rank(), shape.rank());
      var parts = new Tensor[d.size(3)];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = d.tensor(shape.with(dim, d.size(3)), x -> x);
      }
      return new Call(new Indexing.Concat(dim), parts);
    });
    add(Loss.LogProbs.class, d -> {
      var call = head(d, d.below(0, 2) == 0 ? new Loss.LogProbs() : new Loss.LogProbs(1.5));
      var in = call.inputs();
      return d.below(0, 2) == 0 ? call : new Call(call.op(), in[0], in[1], in[2], d.tensor(in[1].size(0)));
    });
    add(AdaptedHead.AdaptedLogProbs.class, OpCases::adaptedHead);
    add(Loss.CrossEntropy.class, d -> {
      var call = head(d, new Loss.CrossEntropy());
      var in = call.inputs();
      return new Call(call.op(), in[0], in[1], in[2], d.tensor(in[0].size(0)));
    });
  }

  Map<Class<? extends Op>, Function<Draw, Call>> all() {
    return cases;
  }

  private void add(Class<? extends Op> op, Function<Draw, Call> draw) {
    cases.put(op, draw);
  }

  private void unary(Op op, DoubleUnaryOperator map) {
    add(op.getClass(), d -> new Call(op, d.tensor(d.shape(4), map)));
  }

  private void binary(Op op, DoubleUnaryOperator mapRight) {
    add(op.getClass(), d -> {
      var shape = d.shape(4);
      var left = d.tensor(d.broadcastable(shape), x -> x);
      return new Call(op, left, d.tensor(d.broadcastable(shape), mapRight));
    });
  }

  private static Call loraLinear(Draw d) {
    int t = d.size(4);
    int k = d.size(5);
    int n = d.size(4);
    int r = d.size(3);
    double p = d.below(0, 2) * 0.4;
    var op = new Contraction.LoraLinear(1.5, p, d.keys(p == 0 ? 0 : t));
    return new Call(op, d.tensor(t, k), d.tensor(n, k), d.tensor(r, k), d.tensor(n, r));
  }

  private static Call attention(Draw d) {
    var borders = new int[d.size(3) + 1];
    for (int r = 1; r < borders.length; r++) {
      borders[r] = borders[r - 1] + d.size(3);
    }
    int t = borders[borders.length - 1];
    var segments = Segments.of(borders);
    int s = t;
    if (d.below(0, 3) == 0) { // decoding: fewer queries than keys, and a cache that is longer than they
      s = t + d.size(3);
      segments = Segments.cached(t, s - 1);
    }
    int g = d.size(2);
    int width = d.size(4);
    var rule = new AttentionRule(0.7, d.below(0, 2) == 0 ? AttentionRule.UNBOUNDED : d.size(3),
        d.below(0, 2) == 0 ? Double.POSITIVE_INFINITY : 0.8);
    return new Call(new Attention.CausalAttention(segments, rule), d.tensor(t, g * d.size(2), width),
        d.tensor(s, g, width), d.tensor(s, g, width));
  }

  private static Call head(Draw d, Op op) {
    int t = d.size(5);
    int width = d.size(4);
    int v = d.size(6);
    return new Call(op, d.tensor(t, width), d.tensor(v, width), d.indices(t, v));
  }

  private static Call adaptedHead(Draw d) {
    var parts = EnumSet.noneOf(AdaptedHead.Part.class);
    for (var part : AdaptedHead.Part.values()) {
      if (d.below(0, 2) == 0) {
        parts.add(part);
      }
    }
    var op = new AdaptedHead.AdaptedLogProbs(d.below(0, 2) == 0 ? Double.POSITIVE_INFINITY : 1.5, parts);
    var plain = head(d, op).inputs();
    int tokens = plain[0].size(0);
    int vocabulary = plain[1].size(0);
    int rank = d.size(3);
    var inputs = new ArrayList<>(List.of(plain));
    inputs.add(d.tensor(tokens, rank));
    inputs.add(d.tensor(vocabulary, rank));
    for (var part : parts) {
      inputs.add(part == AdaptedHead.Part.REST ? d.tensor(tokens, plain[0].size(1)) : d.tensor(vocabulary));
    }
    return new Call(op, inputs.toArray(Tensor[]::new));
  }

  private static Shape matrices(Shape batch, int rows, int columns) {
    return Shape.of(IntStream.concat(IntStream.of(batch.toArray()), IntStream.of(rows, columns)).toArray());
  }
}
