package linnet.autograd;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import linnet.tensor.Backend;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import linnet.tensor.Segments;
import linnet.tensor.Tensor;

/** Two decoder layers with LoRA and dropout over two rows, and their loss: every fused op in one function. */
final class TinyDecoder {
  private static final int TOKENS = 5;
  private static final int WIDTH = 4;
  private static final int VOCABULARY = 6;
  private static final int PER_LAYER = 7;

  private final Segments rows = Segments.of(0, 2, TOKENS);
  private final Variable ids;
  private final Variable targets;
  private final Variable weights;
  private final Variable cos;
  private final Variable sin;
  private final Tensor[] parameters;

  TinyDecoder(Scope scope, DType dtype) {
    var draw = new Draw(7, scope, dtype);
    ids = Variable.constant(scope.ints(1, 4, 0, 5, 1));
    targets = Variable.constant(scope.ints(4, 2, 5, 1, 3));
    weights = Variable.constant(draw.tensor(TOKENS));
    cos = Variable.constant(angles(scope, dtype, Math::cos));
    sin = Variable.constant(angles(scope, dtype, Math::sin));
    parameters = new Tensor[2 + 2 * PER_LAYER];
    parameters[0] = draw.tensor(VOCABULARY, WIDTH);
    parameters[1] = draw.tensor(WIDTH);
    for (int layer = 0; layer < 2; layer++) {
      int at = 2 + layer * PER_LAYER;
      parameters[at] = draw.tensor(WIDTH); // norm
      parameters[at + 1] = draw.tensor(2 * WIDTH, WIDTH); // queries, keys and values in one
      parameters[at + 2] = draw.tensor(2, WIDTH);
      parameters[at + 3] = draw.tensor(2 * WIDTH, 2);
      parameters[at + 4] = draw.tensor(WIDTH, WIDTH); // out
      parameters[at + 5] = draw.tensor(2 * WIDTH, WIDTH); // gate and up in one
      parameters[at + 6] = draw.tensor(WIDTH, WIDTH); // down
    }
  }

  private static Tensor angles(Scope scope, DType dtype, DoubleUnaryOperator function) {
    var tensor = scope.allocate(dtype, TOKENS, 1);
    tensor.copyFrom(DoubleStream.of(0, 1, 0, 1, 2).map(function).toArray());
    return tensor;
  }

  Tensor[] parameters() {
    return parameters;
  }

  /** The weighted negative log-likelihood; the head is tied to the embedding. */
  Variable loss(Tape tape, List<Variable> p) {
    var x = tape.embedding(p.get(0), ids);
    for (int layer = 0; layer < 2; layer++) {
      int at = 2 + layer * PER_LAYER;
      var keys = dropoutKeys(layer);
      x = tape.block("layers." + layer, x, (t, in) -> layer(t, in, p.subList(at, at + PER_LAYER), keys));
    }
    return tape.crossEntropy(tape.rmsNorm(x, p.get(1), 1e-5), p.get(0), targets, weights);
  }

  private static long[] dropoutKeys(int layer) {
    var key = RandomKey.of(3).derive("dropout").derive(layer);
    return LongStream.range(0, TOKENS).map(row -> key.derive(row).bits()).toArray();
  }

  private Variable layer(Tape t, Variable x, List<Variable> p, long[] keys) {
    var h = t.rmsNorm(x, p.get(0), 1e-5);
    var qkv = t.loraLinear(h, p.get(1), p.get(2), p.get(3), 0.5, 0.25, keys);
    var q = t.rope(t.reshape(t.slice(qkv, 1, 0, WIDTH), TOKENS, 2, 2), cos, sin);
    var k = t.rope(t.reshape(t.slice(qkv, 1, WIDTH, WIDTH + 2), TOKENS, 1, 2), cos, sin);
    var v = t.reshape(t.slice(qkv, 1, WIDTH + 2, 2 * WIDTH), TOKENS, 1, 2);
    var mixed = t.reshape(t.attention(q, k, v, rows, Math.sqrt(0.5)), TOKENS, WIDTH);
    var y = t.add(x, t.dropout(t.linear(mixed, p.get(4)), 0.25, keys));
    var gateAndUp = t.linear(y, p.get(5));
    var gated = t.swiGlu(t.slice(gateAndUp, 1, 0, WIDTH), t.slice(gateAndUp, 1, WIDTH, 2 * WIDTH));
    return t.add(y, t.linear(gated, p.get(6)));
  }

  /** The loss, then every parameter's gradient, of one step. */
  static double[][] lossAndGradients(Backend backend, DType dtype, Function<Scope, Tape> mode) {
    try (var scope = backend.scope("model"); var step = backend.scope("step"); var tape = mode.apply(step)) {
      var decoder = new TinyDecoder(scope, dtype);
      var parameters = Arrays.stream(decoder.parameters).map(p -> Variable.parameter("p", p)).toList();
      var loss = decoder.loss(tape, parameters);
      tape.backward(loss);
      var gradients = parameters.stream().map(p -> p.grad().toDoubles());
      return Stream.concat(Stream.of(loss.value().toDoubles()), gradients).toArray(double[][]::new);
    }
  }
}
