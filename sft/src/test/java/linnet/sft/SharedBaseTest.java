package linnet.sft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import linnet.autograd.Tape;
import linnet.nn.LoraLinear;
import linnet.nn.LowRank;
import linnet.nn.Modules;
import linnet.nn.lora.LoraConfig;
import linnet.nn.lora.LoraTargets;
import linnet.nn.model.FlatBatch;
import linnet.tensor.Backends;
import linnet.tensor.DType;
import linnet.tensor.RandomKey;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters on one loaded base: they give what they give alone, at once and one after another. */
class SharedBaseTest {
  private static final FlatBatch ROWS = FlatBatch.of(new int[] {1, 5, 3, 8, 2, 9}, new int[] {4, 4, 7});
  private static final int ROUNDS = 20;

  @TempDir
  private Path folder;
  private Path base;
  private List<Path> adapters;

  @BeforeEach
  void writeModelAndAdapters() {
    base = TinyChatModel.write(folder.resolve("base"), true);
    adapters = List.of(
        write("plain", LoraConfig.allLinear(2, 4, 0)),
        write("dora", LoraConfig.builder(3, 5).targets(new LoraTargets.Names(List.of("q_proj", "lm_head",
            "embed_tokens"))).decomposed().modulesToSave(List.of("norm")).build()));
  }

  private Path write(String name, LoraConfig config) {
    var out = folder.resolve(name);
    try (var backend = Backends.vector(1); var weights = backend.scope("model");
        var chat = ChatModel.load(base, weights); var training = backend.scope("training")) {
      var adapted = chat.withAdapter(config, RandomKey.of(name.length()), training);
      Modules.find(adapted.model(), LowRank.class).values()
          .forEach(lora -> backend.fill(lora.loraB().value(), 0.05 * name.length()));
      adapted.save(out, DType.F32);
    }
    return out;
  }

  private static float[] logits(ChatModel chat) {
    try (var step = chat.model().backend().scope("step"); var tape = Tape.noGrad(step)) {
      return chat.model().logits(tape, chat.model().hidden(tape, ROWS)).value().toFloats();
    }
  }

  /** In a process of its own, as far as a backend and files of its own are one. */
  private float[] alone(Path adapter) {
    try (var backend = Backends.vector(2); var weights = backend.scope("model");
        var chat = adapter == null ? ChatModel.load(base, weights) : ChatModel.load(base, adapter, weights)) {
      return logits(chat);
    }
  }

  @Test
  void eachGivesTheBitsThatItGivesAlone() throws Exception {
    float[] baseAlone = alone(null);
    var alone = adapters.stream().map(this::alone).toList();
    assertFalse(Arrays.equals(baseAlone, alone.get(0)) || Arrays.equals(alone.get(0), alone.get(1)));
    try (var backend = Backends.vector(2); var weights = backend.scope("model");
        var chat = ChatModel.load(base, weights); var first = backend.scope("first");
        var second = backend.scope("second"); var requests = Executors.newFixedThreadPool(3)) {
      var both = List.of(chat.withAdapter(adapters.get(0), first), chat.withAdapter(adapters.get(1), second));
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(alone.get(i), logits(both.get(i)));
        assertArrayEquals(baseAlone, logits(chat));
      }
      var running = IntStream.range(0, 3 * ROUNDS).mapToObj(i -> requests.submit((Callable<float[]>) () ->
          logits(i % 3 == 2 ? chat : both.get(i % 3)))).toList();
      for (int i = 0; i < running.size(); i++) {
        assertArrayEquals(i % 3 == 2 ? baseAlone : alone.get(i % 3), running.get(i).get());
      }
    }
  }

  @Test
  void theBaseIsThereOnce() {
    try (var backend = Backends.vector(1); var weights = backend.scope("model");
        var chat = ChatModel.load(base, weights); var scope = backend.scope("adapter")) {
      long before = weights.liveBytes();
      var adapted = chat.withAdapter(adapters.get(0), scope);
      assertEquals(before, weights.liveBytes());
      long own = Modules.find(adapted.model(), LowRank.class).values().stream()
          .mapToLong(lora -> 4 * (lora.loraA().value().elements() + lora.loraB().value().elements())).sum();
      assertEquals(own, scope.liveBytes());
      Modules.find(adapted.model(), LoraLinear.class).forEach((path, lora) ->
          assertSame(Modules.parameters(chat.model()).get(path + ".weight"), lora.base().weight()));
      scope.reset();
      assertTrue(logits(chat).length > 0);
      assertThrows(IllegalStateException.class, () -> logits(adapted));
    }
  }

  @Test
  void anAdapterStandsOnTheBaseAlone() {
    try (var backend = Backends.vector(1); var weights = backend.scope("model");
        var chat = ChatModel.load(base, adapters.get(0), weights)) {
      assertTrue(assertThrows(IllegalArgumentException.class,
          () -> chat.withAdapter(adapters.get(1), weights)).getMessage().contains("has adapters already"));
    }
  }
}
