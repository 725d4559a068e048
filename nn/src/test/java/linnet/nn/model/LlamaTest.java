package linnet.nn.model;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import linnet.autograd.NonFiniteException;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Golden;
import linnet.nn.Initializer;
import linnet.nn.Modules;
import linnet.nn.SupervisedLoss;
import linnet.nn.TestBackend;
import linnet.nn.TrainableParam;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.tensor.Backend;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LlamaTest {
  private static final int[][] ROWS = {{1, 5, 9, 7, 2, 11, 40, 3}, {8}, {100, 90, 80, 70, 60}, {2, 2, 2}};

  private interface Body {
    void run(Backend backend, CausalLm model, Scope step);
  }

  private static void with(TestBackend test, String folder, Body body) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/" + folder), weights, test.dtype());
        var step = backend.scope("step")) {
      body.run(backend, loaded.model(), step);
    }
  }

  private static double[] hidden(CausalLm model, Scope step, FlatBatch batch) {
    try (var tape = Tape.noGrad(step)) {
      return model.hidden(tape, batch).value().toDoubles();
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void biasesTiedHeadAndLlama3Frequencies(TestBackend test) {
    var cases = Golden.json("models/llama-biased/cases.json");
    int[] ids = Golden.ints(cases.at("ids"));
    var rows = new Golden.Rows(List.of(ids), List.of(ids));
    with(test, "llama-biased", (backend, frozen, step) -> {
      try (var training = backend.scope("training"); var tape = Tape.recording(step)) {
        var model = Models.trainable(frozen, training);
        var hidden = model.hidden(tape, rows.batch());
        var last = model.logits(tape, tape.slice(hidden, 0, ids.length - 1, ids.length));
        assertClose("logits", Golden.doubles(cases.at("last_logits")), last.value().toDoubles(),
            test.tolerance());
        var loss = SupervisedLoss.crossEntropy(tape, model, hidden, rows.predictors(), rows.targets(), 1);
        assertClose("loss", cases.at("loss").asDouble(), loss.value().item(), test.tolerance());
        tape.backward(loss);
        var norms = cases.at("grad_norms").members();
        assertEquals(norms.keySet(), Modules.parameters(model).keySet());
        for (var param : Modules.trainable(model)) {
          double norm = Math.sqrt(backend.sumOfSquares(param.grad()));
          // The gradient of a key bias is zero but for rounding: softmax ignores what all scores share.
          assertEquals(norms.get(param.name()).asDouble(), norm, Math.max(norm, 1) * test.tolerance(),
              param.name());
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void packedRowsComputeWhatEachAloneComputes(TestBackend test) {
    with(test, "llama", (backend, model, step) -> {
      double[] packed = hidden(model, step, FlatBatch.of(ROWS));
      int from = 0;
      for (int[] row : ROWS) {
        double[] alone = hidden(model, step, FlatBatch.of(row));
        assertClose("row of " + row.length, alone, Arrays.copyOfRange(packed, from, from + alone.length),
            test.tolerance());
        from += alone.length;
      }
      assertEquals(packed.length, from);
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aCachedPassEqualsTheWholeRowHoweverItIsCut(TestBackend test) {
    int length = 256; // all positions of the model: the cache starts with 64 and grows twice
    int[] ids = IntStream.range(0, length).map(i -> (i * i + 5) % 40).toArray();
    with(test, "llama-biased", (backend, model, step) -> {
      double[] whole = hidden(model, step, FlatBatch.of(ids));
      int[] single = IntStream.rangeClosed(1, length).toArray();
      for (int[] cuts : new int[][] {{length}, {1, 2, 5, 65, 70, length}, single}) {
        try (var cache = new KvCache(backend, model.config(), model.dtype(), 1);
            var tape = Tape.noGrad(step)) {
          var parts = new ArrayList<double[]>();
          int from = 0;
          for (int to : cuts) {
            var batch = FlatBatch.continuing(from, Arrays.copyOfRange(ids, from, to));
            parts.add(model.hidden(tape, batch, cache).value().toDoubles());
            from = to;
          }
          assertEquals(length, cache.length());
          assertClose(cuts.length + " parts", whole, parts.stream().flatMapToDouble(Arrays::stream).toArray(),
              test.tolerance());
          var error = assertThrows(IllegalArgumentException.class,
              () -> model.hidden(tape, FlatBatch.continuing(length, 1), cache));
          assertEquals("a row of 257 tokens does not fit the model's 256 positions", error.getMessage());
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aCacheTakesNoGradientAndOnlyItsOwnRow(TestBackend test) {
    with(test, "llama", (backend, model, step) -> {
      try (var training = backend.scope("training");
          var cache = new KvCache(backend, model.config(), model.dtype(), 10)) {
        var trainable = Models.trainable(model, training);
        assertThrows(IllegalArgumentException.class,
            () -> trainable.hidden(Tape.recording(step), FlatBatch.continuing(0, 1, 2), cache));
        assertEquals(0, cache.length());
        assertThrows(IllegalArgumentException.class,
            () -> model.hidden(Tape.noGrad(step), FlatBatch.continuing(3, 1), cache));
        assertThrows(IllegalArgumentException.class,
            () -> model.hidden(Tape.noGrad(step), FlatBatch.of(ROWS), cache));
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void oneBatchOfEightAndEightOfOneGiveTheSameGradients(TestBackend test) {
    with(test, "llama", (backend, base, step) -> {
      try (var training = backend.scope("training")) {
        var rows = IntStream.range(0, 8).mapToObj(r -> IntStream.range(0, 3 + 2 * r)
            .map(i -> (i * (r + 3) + 7) % 131).toArray()).toList();
        int targets = rows.stream().mapToInt(row -> row.length - 1).sum();
        var model = Lora.apply(base, LoraConfig.allLinear(4, 8, 0), RandomKey.of(1), training);
        fillB(model);
        var together = gradients(model, step, List.of(new Golden.Rows(rows, rows)), targets);
        var apart = gradients(model, step,
            rows.stream().map(row -> new Golden.Rows(List.of(row), List.of(row))).toList(), targets);
        together.forEach((name, grad) -> assertClose(name, grad, apart.get(name),
            Math.min(test.tolerance(), 1e-5)));
      }
    });
  }

  private static Map<String, double[]> gradients(CausalLm model, Scope step, List<Golden.Rows> batches,
      int targets) {
    var grads = new LinkedHashMap<String, double[]>();
    for (var param : Modules.trainable(model)) {
      param.variable().clearGrad();
    }
    for (var batch : batches) {
      try (var tape = Tape.recording(step)) {
        tape.backward(SupervisedLoss.of(tape, model, batch, 1.0 / targets));
      }
      step.reset();
    }
    for (var param : Modules.trainable(model)) {
      grads.put(param.name(), param.grad().toDoubles());
    }
    return grads;
  }

  /** With B zero half of the gradients would be zero. */
  private static void fillB(CausalLm model) {
    for (TrainableParam param : Lora.parameters(model)) {
      if (param.name().endsWith("lora_B.weight")) {
        new Initializer.Normal(0.2).fill(param.value(), RandomKey.of(2).derive(param.name()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void checkpointedLayersGiveTheSameGradientsWithDropoutToo(TestBackend test) {
    with(test, "llama", (backend, base, step) -> {
      try (var training = backend.scope("training")) {
        var model = Lora.apply(base, LoraConfig.allLinear(4, 8, 0.4), RandomKey.of(1), training);
        fillB(model);
        var batch = FlatBatch.of(ROWS).withRowKeys(11, 12, 13, 14);
        double[] plain = gradient(model, batch, Tape.recording(step));
        assertArrayEquals(plain, gradient(model, batch, Tape.checkpointing(step)), 0);
      }
    });
  }

  private static double[] gradient(CausalLm model, FlatBatch batch, Tape tape) {
    Modules.trainable(model).forEach(param -> param.variable().clearGrad());
    tape.backward(tape.sum(tape.square(model.hidden(tape, batch))));
    return Modules.trainable(model).stream().flatMapToDouble(p -> Arrays.stream(p.grad().toDoubles()))
        .toArray();
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void dropoutDependsOnTheRowsKeyAndNotOnPacking(TestBackend test) {
    with(test, "llama", (backend, base, step) -> {
      try (var training = backend.scope("training")) {
        var model = Lora.apply(base, LoraConfig.allLinear(4, 8, 0.4), RandomKey.of(1), training);
        fillB(model);
        double[] both = hidden(model, step, FlatBatch.of(ROWS[0], ROWS[2]).withRowKeys(5, 6));
        double[] second = hidden(model, step, FlatBatch.of(ROWS[2]).withRowKeys(6));
        assertClose("row", second, Arrays.copyOfRange(both, both.length - second.length, both.length),
            test.tolerance());
        double[] other = hidden(model, step, FlatBatch.of(ROWS[2]).withRowKeys(7));
        double[] none = hidden(model, step, FlatBatch.of(ROWS[2]));
        assertTrue(differs(second, other) && differs(second, none) && differs(other, none));
      }
    });
  }

  private static boolean differs(double[] a, double[] b) {
    return IntStream.range(0, a.length).anyMatch(i -> Math.abs(a[i] - b[i]) > 1e-3);
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theFrozenBaseGetsNoByteOfGradient(TestBackend test) {
    with(test, "llama", (backend, base, step) -> {
      try (var training = backend.scope("training")) {
        long weights = base.outputHead().weight().value().scope().liveBytes();
        var model = Lora.apply(base, LoraConfig.of(4, 8, 0, List.of("q_proj", "v_proj")), RandomKey.of(1),
            training);
        long adapter = training.liveBytes();
        gradients(model, step, List.of(new Golden.Rows(List.of(ROWS), List.of(ROWS))), 1);
        assertEquals(2 * adapter, training.liveBytes());
        assertEquals(weights, base.outputHead().weight().value().scope().liveBytes());
        assertEquals(0, step.liveBytes());
        for (var param : Modules.parameters(base).values()) {
          assertThrows(IllegalStateException.class, () -> param.variable().grad());
        }
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void idsAndPositionsThatTheModelLacksAreNamed(TestBackend test) {
    with(test, "llama", (backend, model, step) -> {
      var tape = Tape.noGrad(step);
      assertEquals("token 1 of the batch: found id 131, expected one of the vocabulary, 0 to 130",
          assertThrows(IllegalArgumentException.class,
              () -> model.hidden(tape, FlatBatch.of(new int[] {1, 131}))).getMessage());
      assertThrows(IllegalArgumentException.class, () -> model.hidden(tape, FlatBatch.of(new int[] {-1})));
      assertEquals("token 64 of the batch: found position 64, expected one of the model's, 0 to 63",
          assertThrows(IllegalArgumentException.class,
              () -> model.hidden(tape, FlatBatch.of(new int[65]))).getMessage());
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theTapeNamesTheLayerOfANonFiniteValue(TestBackend test) {
    with(test, "llama", (backend, frozen, step) -> {
      try (var training = backend.scope("training")) {
        var model = Models.trainable(frozen, training);
        var up = Modules.parameters(model).get("model.layers.1.mlp.up_proj.weight");
        backend.fill(up.value(), Double.POSITIVE_INFINITY);
        var tape = Tape.recording(step).tracing();
        var error = assertThrows(NonFiniteException.class,
            () -> model.hidden(tape, FlatBatch.of(ROWS)));
        assertTrue(error.getMessage().contains("layers.1"), error.getMessage());
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void logProbabilitiesComeFromTheSameHead(TestBackend test) {
    with(test, "llama", (backend, model, step) -> {
      try (var tape = Tape.noGrad(step)) {
        var hidden = model.hidden(tape, FlatBatch.of(ROWS[0]));
        var chosen = model.outputHead().logProbs(tape, hidden, Variable.constant(step.ints(ROWS[0]))).value()
            .toDoubles();
        var all = tape.logSoftmax(model.logits(tape, hidden)).value();
        for (int t = 0; t < chosen.length; t++) {
          assertEquals(all.select(0, t).toDoubles()[ROWS[0][t]], chosen[t], 10 * test.tolerance());
        }
      }
    });
  }
}
