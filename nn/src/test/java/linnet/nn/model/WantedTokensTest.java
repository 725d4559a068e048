package linnet.nn.model;

import static linnet.nn.Closeness.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import linnet.autograd.Tape;
import linnet.autograd.Variable;
import linnet.nn.Golden;
import linnet.nn.Modules;
import linnet.nn.TestBackend;
import linnet.nn.lora.Lora;
import linnet.nn.lora.LoraConfig;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Features that are asked for, and what they train, beside those of a pass that computes all. */
class WantedTokensTest {
  private static final int[][] ROWS = {{3, 17, 9, 30, 5, 21, 8}, {12}, {4, 4, 25, 6, 19}};
  private static final int[][] WANTED = {{12}, {0}, {6, 12}, {7}, {4, 6, 7, 9, 10}, {1, 2, 3, 4, 5, 6, 7, 11},
      IntStream.range(0, 13).toArray()};

  static Stream<Arguments> cases() throws IOException {
    try (var folders = Files.list(Golden.path("families"))) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream()
          .flatMap(name -> Arrays.stream(TestBackend.values()).map(test -> Arguments.of(name, test)));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areComputedAsAmongAll(String name, TestBackend test) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var training = backend.scope("training");
        var loaded = Models.load(Golden.path("families/" + name), weights, test.dtype());
        var step = backend.scope("step")) {
      check(Models.trainable(loaded.model(), training), FlatBatch.of(ROWS), step, test);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void withAdaptersThatDrop(String name, TestBackend test) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var training = backend.scope("training");
        var loaded = Models.load(Golden.path("families/" + name), weights, test.dtype());
        var step = backend.scope("step")) {
      var adapted = Lora.apply(loaded.model(), LoraConfig.allLinear(3, 6, 0.4), RandomKey.of(1), training);
      for (var param : Lora.parameters(adapted)) {
        int places = Math.toIntExact(param.value().shape().elements());
        param.value().copyFrom(IntStream.range(0, places).mapToDouble(i -> 0.3 * Math.sin(i + 1)).toArray());
      }
      check(adapted, FlatBatch.of(ROWS).withRowKeys(11, 12, 13), step, test);
    }
  }

  private static void check(CausalLm model, FlatBatch batch, Scope step, TestBackend test) {
    for (int[] wanted : WANTED) {
      var what = Arrays.toString(wanted);
      var all = run(Tape.recording(step), model, batch, wanted);
      var plain = run(Tape.recording(step), model, batch.wanting(wanted), null);
      assertClose("features of " + what, all.features, plain.features, test.tolerance());
      assertClose("gradients of " + what, all.gradients, plain.gradients, test.tolerance());
      var again = run(Tape.checkpointing(step), model, batch.wanting(wanted), null);
      assertArrayEquals(plain.features, again.features, what);
      assertArrayEquals(plain.gradients, again.gradients, what);
    }
  }

  private record Result(double[] features, double[] gradients) {}

  /** The features, gathered at {@code places} unless null, and the gradients of the sum of their squares. */
  private static Result run(Tape tape, CausalLm model, FlatBatch batch, int[] places) {
    Modules.trainable(model).forEach(param -> param.variable().clearGrad());
    var hidden = model.hidden(tape, batch);
    var asked = places == null ? hidden
        : tape.gatherRows(hidden, Variable.constant(tape.scope().ints(places)));
    double[] features = asked.value().toDoubles();
    tape.backward(tape.sum(tape.square(asked)));
    double[] gradients = Modules.trainable(model).stream().filter(param -> param.grad() != null)
        .flatMapToDouble(param -> Arrays.stream(param.grad().toDoubles())).toArray();
    return new Result(features, gradients);
  }

  /** A row that comes in parts, of which the ends are asked for. */
  @ParameterizedTest
  @MethodSource("cases")
  void withACache(String name, TestBackend test) {
    int[] row = IntStream.range(0, 9).map(i -> 3 + i * 7 % 38).toArray();
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("families/" + name), weights, test.dtype());
        var step = backend.scope("step"); var tape = Tape.noGrad(step);
        var cache = new KvCache(backend, loaded.config(), test.dtype(), row.length)) {
      var model = loaded.model();
      var whole = model.hidden(tape, FlatBatch.of(row)).value();
      int from = 0;
      for (int to : new int[] {4, 5, 9}) {
        int first = (to - from) / 2;
        var part = FlatBatch.continuing(from, Arrays.copyOfRange(row, from, to));
        var asked = to - from == 1 ? part : part.wanting(first, to - from - 1);
        var found = model.hidden(tape, asked, cache).value();
        assertClose("token " + (from + first), whole.select(0, from + first).toDoubles(),
            found.select(0, 0).toDoubles(), test.tolerance());
        assertClose("token " + to, whole.select(0, to - 1).toDoubles(),
            found.select(0, found.size(0) - 1).toDoubles(), test.tolerance());
        from = to;
      }
    }
  }

  @Test
  void areAscendingPlacesOfTheBatch() {
    var batch = FlatBatch.of(ROWS);
    for (int[] wrong : List.of(new int[0], new int[] {-1}, new int[] {13}, new int[] {4, 4}, new int[] {5, 3})) {
      assertThrows(IllegalArgumentException.class, () -> batch.wanting(wrong), Arrays.toString(wrong));
    }
    assertEquals("wanted token 1 of the batch is 3: expected ascending places from 0 to 12",
        assertThrows(IllegalArgumentException.class, () -> batch.wanting(5, 3)).getMessage());
  }

  @Test
  void beginARowsTail() {
    var batch = FlatBatch.of(ROWS);
    assertArrayEquals(new int[] {0, 7, 8}, batch.firstWanted());
    assertArrayEquals(new int[] {4, 7, 12}, batch.wanting(4, 6).firstWanted());
    assertArrayEquals(new int[] {6, 7, 9}, batch.wanting(7, 9, 12).firstWanted());
  }
}
