package linnet.nn.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import linnet.nn.FrozenParam;
import linnet.nn.Golden;
import linnet.nn.LoraLinear;
import linnet.nn.Modules;
import linnet.nn.TestBackend;
import linnet.nn.model.CausalLm;
import linnet.nn.model.FlatBatch;
import linnet.nn.model.Models;
import linnet.tensor.RandomKey;
import linnet.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoraTest {
  private static final RandomKey KEY = RandomKey.of(1);

  private interface Body {
    void run(CausalLm base, Scope training);
  }

  private static void with(TestBackend test, Body body) {
    try (var backend = test.open(); var weights = backend.scope("weights");
        var loaded = Models.load(Golden.path("models/llama"), weights, test.dtype());
        var training = backend.scope("training")) {
      body.run(loaded.model(), training);
    }
  }

  private static Map<String, LoraLinear> adapters(CausalLm base, LoraConfig config, Scope training) {
    return Modules.find(Lora.apply(base, config, KEY, training), LoraLinear.class);
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aNewAdapterChangesNothingAndStartsAsPeftsDoes(TestBackend test) {
    with(test, (base, training) -> {
      var adapted = Lora.apply(base, LoraConfig.allLinear(8, 16, 0.1), KEY, training);
      assertEquals(0, Lora.largestLogitGap(base, adapted, FlatBatch.of(new int[] {1, 2, 3, 4})));
      var adapters = Modules.find(adapted, LoraLinear.class);
      assertEquals(14, adapters.size());
      adapters.forEach((path, lora) -> {
        assertEquals(2, lora.scale());
        assertEquals(0.1, lora.adapter().dropout());
        double[] a = lora.loraA().value().toDoubles();
        double bound = 1 / Math.sqrt(lora.inFeatures());
        assertTrue(Arrays.stream(a).allMatch(v -> Math.abs(v) <= bound), path);
        double deviation = Math.sqrt(Arrays.stream(a).map(v -> v * v).average().orElseThrow());
        assertEquals(bound / Math.sqrt(3), deviation, 0.1 * bound, path);
        assertTrue(Arrays.stream(lora.loraB().value().toDoubles()).allMatch(v -> v == 0), path);
      });
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void drawsDependOnKeyAndPathButNotOnOtherTargets(TestBackend test) {
    with(test, (base, training) -> {
      var all = adapters(base, LoraConfig.allLinear(4, 8, 0), training);
      var some = adapters(base, LoraConfig.of(4, 8, 0, List.of("v_proj")), training);
      assertEquals(List.of("model.layers.0.self_attn.v_proj", "model.layers.1.self_attn.v_proj"),
          List.copyOf(some.keySet()));
      some.forEach((path, lora) -> assertArrayEquals(all.get(path).loraA().value().toDoubles(),
          lora.loraA().value().toDoubles()));
      assertEquals(14, all.values().stream().mapToDouble(l -> l.loraA().value().toDoubles()[0]).distinct()
          .count());
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void onlyAdaptersTrainAndTheBaseIsShared(TestBackend test) {
    with(test, (base, training) -> {
      var adapted = Lora.apply(base, LoraConfig.of(2, 4, 0, List.of("q_proj")), KEY, training);
      assertEquals(Lora.parameters(adapted), Modules.trainable(adapted));
      assertEquals(List.of("model.layers.0.self_attn.q_proj.lora_A.weight",
              "model.layers.0.self_attn.q_proj.lora_B.weight",
              "model.layers.1.self_attn.q_proj.lora_A.weight",
              "model.layers.1.self_attn.q_proj.lora_B.weight"),
          Lora.parameters(adapted).stream().map(p -> p.name()).toList());
      var params = Modules.parameters(adapted);
      Modules.parameters(base).forEach((name, param) -> assertSame(param, params.get(name)));
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void targetsAreWholePathsEndsOrExpressions(TestBackend test) {
    with(test, (base, training) -> {
      assertEquals(new TreeSet<>(List.of("model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj",
              "model.layers.1.self_attn.k_proj")),
          new TreeSet<>(adapters(base, LoraConfig.of(1, 1, 0,
              List.of("up_proj", "layers.1.self_attn.k_proj")), training).keySet()));
      var matching = LoraConfig.builder(1, 1)
          .targets(new LoraTargets.Matching("model\\.layers\\.0\\..*_proj")).build();
      assertEquals(7, adapters(base, matching, training).size());
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void anUnknownTargetIsAnErrorThatListsTheKnownOnes(TestBackend test) {
    with(test, (base, training) -> {
      var message = assertThrows(IllegalArgumentException.class, () -> Lora.apply(base,
          LoraConfig.of(1, 1, 0, List.of("q_proj", "query", "roj")), KEY, training)).getMessage();
      assertEquals("target_modules: found query, roj, which stands for nothing in this model; expected some"
          + " of down_proj, embed_tokens, gate_proj, k_proj, lm_head, o_proj, q_proj, up_proj, v_proj",
          message);
      assertThrows(IllegalArgumentException.class, () -> Lora.apply(base,
          LoraConfig.builder(1, 1).targets(new LoraTargets.Matching("nothing")).build(), KEY, training));
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void aSecondAdapterIsRefused(TestBackend test) {
    with(test, (base, training) -> {
      var adapted = Lora.apply(base, LoraConfig.allLinear(1, 1, 0), KEY, training);
      assertThrows(IllegalArgumentException.class,
          () -> Lora.apply(adapted, LoraConfig.allLinear(1, 1, 0), KEY, training));
    });
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void mergingSharesWhatIsNotAdapted(TestBackend test) {
    with(test, (base, training) -> {
      var merged = Modules.parameters(Lora.merge(
          Lora.apply(base, LoraConfig.of(1, 1, 0, List.of("q_proj")), KEY, training), training));
      Modules.parameters(base).forEach((name, param) -> {
        if (name.contains("q_proj")) {
          assertTrue(merged.get(name) instanceof FrozenParam && merged.get(name) != param, name);
          assertArrayEquals(param.value().toDoubles(), merged.get(name).value().toDoubles()); // B is zero
        } else {
          assertSame(param, merged.get(name));
        }
      });
    });
  }

  @Test
  void patternsGiveSomeProjectionsAnotherRankAndAlpha() {
    var ranks = new LinkedHashMap<>(Map.of("layers.1.self_attn.q_proj", 2, "model.layers.0.mlp.up_proj", 3));
    var alphas = new LinkedHashMap<>(Map.of(".*down_proj", 12.0));
    var config = LoraConfig.builder(4, 8).rankPattern(ranks).alphaPattern(alphas).build();
    assertEquals(4, config.rankAt("model.layers.0.self_attn.q_proj"));
    assertEquals(2, config.rankAt("model.layers.1.self_attn.q_proj"));
    assertEquals(3, config.rankAt("model.layers.0.mlp.up_proj"));
    assertEquals(4, config.rankAt("other.model.layers.0.mlp.up_proj.x"));
    assertEquals(4, config.scaleAt("model.layers.1.self_attn.q_proj"));
    assertEquals(3, config.scaleAt("model.layers.0.mlp.down_proj"));
    var stabilised = LoraConfig.builder(4, 8).rankPattern(ranks).alphaPattern(alphas)
        .scaling(LoraConfig.Scaling.BY_ROOT_OF_RANK).build();
    assertEquals(6, stabilised.scaleAt("model.layers.0.mlp.down_proj"));
  }

  @Test
  void rangesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> LoraConfig.allLinear(0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> LoraConfig.allLinear(1, Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> LoraConfig.allLinear(1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> LoraConfig.of(1, 1, 0, List.of()));
    assertThrows(PatternSyntaxException.class, () -> new LoraTargets.Matching("("));
  }
}
