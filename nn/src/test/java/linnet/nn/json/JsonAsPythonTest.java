package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/**
 * Compares with what Python 3's {@code json} and {@code repr} wrote into {@code python.json}: 300 doubles and
 * 150 random documents.
 */
class JsonAsPythonTest {
  private static JsonCursor cases() throws IOException {
    try (var in = JsonAsPythonTest.class.getResourceAsStream("python.json")) {
      return JsonCursor.of(Json.parse(in.readAllBytes(), "python.json"), "python.json");
    }
  }

  @Test
  void spellsDoublesAlike() throws IOException {
    var doubles = cases().at("doubles").elements();
    assertTrue(doubles.size() >= 300);
    for (var each : doubles) {
      double value = Double.longBitsToDouble(HexFormat.fromHexDigitsToLong(each.at("bits").asString()));
      assertEquals(each.at("repr").asString(), Json.of(value).compact());
    }
  }

  @Test
  void readsAndWritesDocumentsAlike() throws IOException {
    var documents = cases().at("documents").elements();
    assertTrue(documents.size() >= 150);
    for (var each : documents) {
      var json = Json.parse(each.at("text").asString(), "case");
      assertEquals(each.at("compact").asString(), json.compact());
      assertEquals(each.at("pretty").asString(), json.pretty());
    }
  }
}
