package linnet.nn.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Set;
import linnet.nn.Golden;
import linnet.nn.json.JsonCursor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SamplerTest {
  private static final int DRAWS = 5_000;

  private static SamplingConfig config(double temperature, int topK, double topP, double minP,
      double penalty) {
    return new SamplingConfig(temperature, topK, topP, minP, penalty, 7, 1, Set.of());
  }

  private static float[] floats(JsonCursor array) {
    double[] values = Golden.doubles(array);
    var floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  static Iterable<JsonCursor> cases() {
    return Golden.json("sampling/cases.json").at("cases").elements();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void drawsFollowTheProbabilitiesOfTransformers(JsonCursor golden) {
    var sampler = new Sampler(config(golden.at("temperature").asDouble(), golden.at("top_k").asInt(),
        golden.at("top_p").asDouble(), golden.at("min_p").asDouble(),
        golden.at("repetition_penalty").asDouble()));
    var seen = new BitSet();
    for (int id : Golden.ints(golden.at("seen"))) {
      seen.set(id);
    }
    float[] logits = floats(golden.at("logits"));
    double[] expected = Golden.doubles(golden.at("probabilities"));
    var counts = new int[expected.length];
    for (int draw = 0; draw < DRAWS; draw++) {
      counts[sampler.next(logits, seen, draw)]++;
    }
    for (int id = 0; id < expected.length; id++) {
      if (expected[id] == 0) {
        assertEquals(0, counts[id], "token " + id + " is excluded");
      }
      double deviation = Math.sqrt(expected[id] * (1 - expected[id]) / DRAWS);
      assertEquals(expected[id], (double) counts[id] / DRAWS, 5 * deviation + 3.0 / DRAWS, "token " + id);
    }
  }

  @Test
  void temperatureZeroTakesTheFirstOfTheLargest() {
    assertEquals(2, new Sampler(config(0, 0, 1, 0, 1)).next(new float[] {-1, 0, 3, 3}, new BitSet(), 0));
  }

  @Test
  void greedyChoiceHeedsThePenalty() {
    var seen = new BitSet();
    seen.set(0);
    assertEquals(1, new Sampler(config(0, 0, 1, 0, 2)).next(new float[] {3, 2}, seen, 0));
    assertEquals(0, new Sampler(config(0, 0, 1, 0, 2)).next(new float[] {-3, -7}, seen, 0));
  }

  @Test
  void aDrawDependsOnSeedAndNumberAlone() {
    var logits = new float[50];
    var a = new Sampler(config(1, 0, 1, 0, 1));
    int fifth = a.next(logits, new BitSet(), 5);
    a.next(logits, new BitSet(), 6);
    assertEquals(fifth, a.next(logits, new BitSet(), 5));
    var others = new BitSet();
    for (long seed = 0; seed < 40; seed++) {
      var sampler = new Sampler(new SamplingConfig(1, 0, 1, 0, 1, seed, 1, Set.of()));
      others.set(sampler.next(logits, new BitSet(), 5));
    }
    assertTrue(others.cardinality() > 15);
  }

  @Test
  void logitsThatAreNotFiniteAreAnError() {
    var sampler = new Sampler(config(1, 0, 1, 0, 1));
    assertTrue(assertThrows(IllegalArgumentException.class,
        () -> sampler.next(new float[] {1, Float.NaN}, new BitSet(), 0)).getMessage().contains("token 1"));
    assertThrows(IllegalArgumentException.class,
        () -> sampler.next(new float[] {1, Float.POSITIVE_INFINITY}, new BitSet(), 0));
  }

  @Test
  void rangesAreCheckedByName() {
    assertTrue(assertThrows(IllegalArgumentException.class, () -> config(1, 0, 1.5, 0, 1)).getMessage()
        .startsWith("top-p: found 1.5"));
    assertThrows(IllegalArgumentException.class, () -> config(Double.NaN, 0, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> config(1, -1, 1, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> config(1, 0, 0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> config(1, 0, 1, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> config(1, 0, 1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> SamplingConfig.greedy(0, Set.of()));
  }
}
