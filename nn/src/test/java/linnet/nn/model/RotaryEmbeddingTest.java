package linnet.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import linnet.nn.Golden;
import linnet.nn.TestBackend;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RotaryEmbeddingTest {
  private static RotaryEmbedding embedding(JsonCursor golden) {
    var json = Json.object().put("rope_parameters", golden.at("rope_parameters").value())
        .put("max_position_embeddings", golden.at("max_position_embeddings").value()).build();
    var config = JsonCursor.of(json, golden.source());
    return new RotaryEmbedding(RopeConfig.read(config, 10_000), golden.at("head_dim").asInt());
  }

  @ParameterizedTest
  @EnumSource(TestBackend.class)
  void anglesOfF32ModelsAreThoseOfTransformers(TestBackend test) {
    try (var backend = test.open(); var scope = backend.scope("test")) {
      for (var golden : Golden.json("rope/cases.json").at("cases").elements()) {
        var name = golden.at("name").asString();
        int[] positions = Golden.ints(golden.at("positions"));
        var angles = embedding(golden).at(scope, DType.F32, positions);
        for (int t = 0; t < positions.length; t++) {
          assertArrayEquals(Golden.doubles(golden.at("cos").at(t)),
              angles.cos().value().select(0, t).toDoubles(), 1e-6, name + " cos at " + positions[t]);
          assertArrayEquals(Golden.doubles(golden.at("sin").at(t)),
              angles.sin().value().select(0, t).toDoubles(), 1e-6, name + " sin at " + positions[t]);
        }
      }
    }
  }

  @Test
  void frequenciesAreThoseOfTransformersToTheBit() {
    for (var golden : Golden.json("rope/cases.json").at("cases").elements()) {
      double[] expected = Golden.doubles(golden.at("inv_freq"));
      float[] found = embedding(golden).frequencies(
          Arrays.stream(Golden.ints(golden.at("positions"))).max().getAsInt() + 1);
      for (int i = 0; i < expected.length; i++) {
        assertEquals((float) expected[i], found[i], golden.at("name").asString() + " frequency " + i);
      }
    }
  }
}
