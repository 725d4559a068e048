package linnet.nn;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import org.junit.jupiter.api.Test;

/** A low-rank adapter with magnitudes while inputs are dropped, by PEFT's formula written out. */
class LowRankTest {
  private static final int TOKENS = 4;
  private static final int IN = 5;
  private static final int OUT = 6;
  private static final double SCALE = 1.5;
  private static final double DROPOUT = 0.4;
  private static final ForwardKeys KEYS = ForwardKeys.ofTokens(new long[] {11, 12, 13, 14});

  private static Param param(Scope scope, String name, int... sizes) {
    var value = scope.allocate(DType.F64, sizes);
    new Initializer.Normal(0.7).fill(value, RandomKey.of(2).derive(name));
    return new FrozenParam(name, value);
  }

  private static void with(BiConsumer<Tape, Scope> body) {
    try (var backend = Backends.reference(); var scope = backend.scope("test");
        var tape = Tape.noGrad(scope)) {
      body.accept(tape, scope);
    }
  }

  private static LowRank adapter(Scope scope, double dropout) {
    return new LowRank(param(scope, "a", 2, IN), param(scope, "b", OUT, 2),
        Optional.of(param(scope, "m", OUT)), SCALE, dropout);
  }

  /** x·Wᵀ + (c − 1)·d·Wᵀ + c·scale·d·Aᵀ·Bᵀ, where d is x with dropout and c = m / ‖W + scale·B·A‖. */
  private static double[] expected(Tape tape, Param w, LowRank adapter, Variable x, Variable dropped) {
    double[] weight = w.value().toDoubles();
    double[] a = adapter.loraA().value().toDoubles();
    double[] b = adapter.loraB().value().toDoubles();
    double[] m = adapter.magnitude().orElseThrow().value().toDoubles();
    double[] in = x.value().toDoubles();
    double[] d = dropped.value().toDoubles();
    var y = new double[TOKENS * OUT];
    for (int t = 0; t < TOKENS; t++) {
      for (int n = 0; n < OUT; n++) {
        double base = 0;
        double droppedBase = 0;
        double update = 0;
        double squares = 0;
        for (int k = 0; k < IN; k++) {
          double change = b[2 * n] * a[k] + b[2 * n + 1] * a[IN + k];
          base += in[t * IN + k] * weight[n * IN + k];
          droppedBase += d[t * IN + k] * weight[n * IN + k];
          update += d[t * IN + k] * change;
          squares += Math.pow(weight[n * IN + k] + SCALE * change, 2);
        }
        double c = m[n] / Math.sqrt(squares);
        y[t * OUT + n] = base + (c - 1) * droppedBase + c * SCALE * update;
      }
    }
    return y;
  }

  @Test
  void magnitudesWithDropoutAreThoseOfPeft() {
    with((tape, scope) -> {
      var w = param(scope, "w", OUT, IN);
      var lora = adapter(scope, DROPOUT);
      var x = param(scope, "x", TOKENS, IN).variable();
      var dropped = tape.dropout(x, DROPOUT, KEYS.at("a"));
      assertTrue(Arrays.stream(dropped.value().toDoubles()).anyMatch(v -> v == 0));
      var y = new LoraLinear(new Linear(w, Optional.empty()), lora).forward(tape, x, KEYS);
      assertClose("training", expected(tape, w, lora, x, dropped), y.value().toDoubles(), 1e-12);
      y = new LoraLinear(new Linear(w, Optional.empty()), lora).forward(tape, x, ForwardKeys.none());
      assertClose("evaluation", expected(tape, w, lora, x, x), y.value().toDoubles(), 1e-12);
    });
  }

  @Test
  void aHeadWithDropoutHasTheLogProbabilitiesOfThoseLogits() {
    with((tape, scope) -> {
      var w = param(scope, "w", OUT, IN);
      var lora = adapter(scope, DROPOUT);
      var bias = param(scope, "bias", OUT);
      var x = param(scope, "x", TOKENS, IN).variable();
      int[] ids = {0, 5, 3, 3};
      var head = new OutputHead(w, Optional.of(bias), 2.5, Optional.of(lora));
      var found = head.logProbs(tape, x, Variable.constant(scope.ints(ids)), KEYS).value().toDoubles();
      double[] z = expected(tape, w, lora, x, tape.dropout(x, DROPOUT, KEYS.at("a")));
      double[] biases = bias.value().toDoubles();
      for (int t = 0; t < TOKENS; t++) {
        int from = t * OUT;
        var row = IntStream.range(0, OUT)
            .mapToDouble(n -> 2.5 * Math.tanh((z[from + n] + biases[n]) / 2.5)).toArray();
        assertEquals(row[ids[t]] - Math.log(Arrays.stream(row).map(Math::exp).sum()), found[t], 1e-12);
      }
    });
  }

  @Test
  void aSettledAdapterComputesTheSameAndTakesNoNormsAgain() {
    with((tape, scope) -> {
      var w = param(scope, "w", OUT, IN);
      var lora = adapter(scope, 0);
      var x = param(scope, "x", TOKENS, IN).variable();
      var settled = lora.settled(tape, w, WeightLayout.OUT_IN);
      var linear = new Linear(w, Optional.empty());
      var expected = new LoraLinear(linear, lora).forward(tape, x, ForwardKeys.none()).value().toDoubles();
      assertArrayEquals(expected,
          new LoraLinear(linear, settled).forward(tape, x, ForwardKeys.none()).value().toDoubles());
      scope.backend().fill(lora.magnitude().orElseThrow().value(), 0);
      assertArrayEquals(expected,
          new LoraLinear(linear, settled).forward(tape, x, ForwardKeys.none()).value().toDoubles());
    });
  }

  @Test
  void aSettledTableComputesTheSameAndTakesNoNormsAgain() {
    with((tape, scope) -> {
      var table = param(scope, "w", OUT, IN);
      var lora = new LoraEmbedding(param(scope, "a", OUT, 2), param(scope, "b", 2, IN),
          Optional.of(param(scope, "m", IN)), SCALE);
      var settled = new Embedding(table).with(lora.settled(tape, table));
      int[] ids = {0, 3, 3};
      var expected = new Embedding(table).with(lora).forward(tape, ids).value().toDoubles();
      assertArrayEquals(expected, settled.forward(tape, ids).value().toDoubles());
      scope.backend().fill(lora.magnitude().orElseThrow().value(), 0);
      assertArrayEquals(expected, settled.forward(tape, ids).value().toDoubles());
    });
  }

  @Test
  void aZeroRowIsNoReasonForNotANumber() {
    with((tape, scope) -> {
      var w = new FrozenParam("w", scope.zeros(DType.F64, OUT, IN));
      var zero = new FrozenParam("b", scope.zeros(DType.F64, OUT, 2));
      var m = scope.allocate(DType.F64, OUT);
      var plain = new LowRank(param(scope, "a", 2, IN), zero, Optional.empty(), SCALE, 0);
      plain.norms(m, w.value(), WeightLayout.OUT_IN);
      var lora = new LowRank(plain.loraA(), zero, Optional.of(new FrozenParam("m", m)), SCALE, 0);
      var y = lora.apply(tape, param(scope, "x", TOKENS, IN).variable(), w, WeightLayout.OUT_IN,
          ForwardKeys.none());
      assertTrue(Arrays.stream(y.value().toDoubles()).allMatch(v -> v == 0));
    });
  }

  @Test
  void whatDoesNotFitIsRefused() {
    with((tape, scope) -> {
      var w = new Linear(param(scope, "w", OUT + 1, IN), Optional.empty());
      assertTrue(assertThrows(IllegalArgumentException.class, () -> new LoraLinear(w, adapter(scope, 0)))
          .getMessage().contains("do not fit a weight of shape (7, 5)"));
      assertThrows(IllegalArgumentException.class,
          () -> new OutputHead(w.weight(), Optional.empty(), 1, Optional.of(adapter(scope, 0))));
    });
  }
}
