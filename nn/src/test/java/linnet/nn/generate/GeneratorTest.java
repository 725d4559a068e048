package linnet.nn.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.nn.Golden;
import linnet.nn.TestBackend;
import linnet.nn.generate.Generation.Finish;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.nn.model.ModelConfig;
import linnet.nn.model.Models;
import linnet.tensor.RandomKey;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratorTest {
  private static final int[] PROMPT = {1, 97, 107, 37, 93};

  private interface Body {
    void run(CausalLm model);
  }

  private static void with(TestBackend test, Body body) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype())) {
      body.run(loaded.model());
    }
  }

  private static SamplingConfig sampling(long seed, int maxNewTokens, Integer... stopIds) {
    return new SamplingConfig(1.3, 40, 0.95, 0.01, 1.2, seed, maxNewTokens, Set.of(stopIds));
  }

  private static int[] generate(CausalLm model, SamplingConfig config) {
    return Generator.generate(model, PROMPT, config, id -> { }).ids();
  }

  /** Chooses the same tokens by running the whole text again for each. */
  private static int[] recomputed(CausalLm model, SamplingConfig config) {
    var sampler = new Sampler(config);
    int[] text = PROMPT;
    for (int i = 0; i < config.maxNewTokens(); i++) {
      try (var step = model.backend().scope("step"); var tape = Tape.noGrad(step)) {
        var logits = model.logits(tape, model.hidden(tape, FlatBatch.of(text))).value();
        var seen = new BitSet();
        Arrays.stream(text).forEach(seen::set);
        int id = sampler.next(logits.select(0, text.length - 1).toFloats(), seen, i);
        text = IntStream.concat(Arrays.stream(text), IntStream.of(id)).toArray();
      }
    }
    return Arrays.copyOfRange(text, PROMPT.length, text.length);
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theCacheChangesNothing(TestBackend test) {
    with(test, model -> {
      for (var config : List.of(SamplingConfig.greedy(30, Set.of()), sampling(4, 30))) {
        assertArrayEquals(recomputed(model, config), generate(model, config));
      }
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theSeedDecides(TestBackend test) {
    with(test, model -> {
      assertArrayEquals(generate(model, sampling(4, 20)), generate(model, sampling(4, 20)));
      assertTrue(!Arrays.equals(generate(model, sampling(4, 20)), generate(model, sampling(5, 20))));
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aStopTokenEndsTheTextAndIsPartOfIt(TestBackend test) {
    with(test, model -> {
      int[] free = generate(model, sampling(4, 20));
      var heard = new ArrayList<Integer>();
      var stopped = Generator.generate(model, PROMPT, sampling(4, 20, free[3], 130), heard::add);
      int end = IntStream.range(0, 20).filter(i -> free[i] == free[3] || free[i] == 130).findFirst()
          .orElseThrow();
      assertArrayEquals(Arrays.copyOf(free, end + 1), stopped.ids());
      assertEquals(Finish.STOP, stopped.finish());
      assertEquals(Arrays.stream(stopped.ids()).boxed().toList(), heard);
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void theTextEndsWithTheModelsPositions(TestBackend test) {
    with(test, model -> {
      var generation = Generator.generate(model, PROMPT, SamplingConfig.greedy(1000, Set.of()), id -> { });
      assertEquals(64, PROMPT.length + generation.ids().length);
      assertEquals(Finish.CONTEXT, generation.finish());
      assertEquals(Finish.LENGTH,
          Generator.generate(model, PROMPT, SamplingConfig.greedy(59, Set.of()), id -> { }).finish());
      assertThrows(IllegalArgumentException.class,
          () -> Generator.generate(model, new int[64], SamplingConfig.greedy(1, Set.of()), id -> { }));
      assertThrows(IllegalArgumentException.class,
          () -> Generator.generate(model, new int[0], SamplingConfig.greedy(1, Set.of()), id -> { }));
      assertThrows(IllegalArgumentException.class,
          () -> Generator.generate(model, new int[] {131}, SamplingConfig.greedy(1, Set.of()), id -> { }));
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aListenerThatThrowsEndsTheGenerationAndFreesItsMemory(TestBackend test) {
    with(test, model -> {
      var backend = model.backend();
      assertThrows(ArithmeticException.class, () -> Generator.generate(model, PROMPT, sampling(1, 5), id -> {
        throw new ArithmeticException("enough");
      }));
      long before = backend.reservedBytes();
      generate(model, sampling(1, 5));
      assertEquals(before, backend.reservedBytes());
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void longPromptsGoThroughInPartsAndTheCacheGrows(TestBackend test) {
    var json = Golden.json("models/llama-biased/config.json").asObject().toBuilder()
        .put("max_position_embeddings", 1024).build();
    var longer = ModelConfig.read(JsonCursor.of(json, "test"));
    int[] prompt = IntStream.range(0, 600).map(i -> (i * i + 3) % 40).toArray();
    try (var backend = test.open(); var training = backend.scope("training")) {
      var model = Models.initialize(longer, RandomKey.of(1), training);
      var generated = Generator.generate(model, prompt, SamplingConfig.greedy(270, Set.of()), id -> { })
          .ids();
      int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(generated)).toArray();
      try (var step = backend.scope("step"); var tape = Tape.noGrad(step)) {
        float[] logits = model.logits(tape, model.hidden(tape, FlatBatch.of(text))).value().toFloats();
        for (int i = 0; i < generated.length; i++) {
          float chosen = logits[(prompt.length + i - 1) * 40 + generated[i]];
          for (int id = 0; id < 40; id++) {
            assertTrue(logits[(prompt.length + i - 1) * 40 + id] <= chosen + 1e-4, "token " + i);
          }
        }
      }
    }
  }
}
