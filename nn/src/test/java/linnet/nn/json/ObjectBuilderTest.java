package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectBuilderTest {
  @Test
  void writesALineForMachines() {
    var line = Json.object()
        .put("step", 3)
        .put("loss", 1.25)
        .put("eps", 1e-5f)
        .put("nan", Double.NaN)
        .put("done", false)
        .put("text", "a\n\"b\"\u2028é")
        .put("ids", Json.ints(1, 2))
        .put("logProbs", Json.doubles(-0.5, 1e-7))
        .put("names", Json.strings(List.of("x")))
        .put("nested", Json.object().put("n", Long.MAX_VALUE))
        .put("step", 4)
        .build();
    assertEquals("{\"step\":4,\"loss\":1.25,\"eps\":1e-05,\"nan\":null,\"done\":false,"
        + "\"text\":\"a\\n\\\"b\\\"\u2028é\",\"ids\":[1,2],\"logProbs\":[-0.5,1e-07],\"names\":[\"x\"],"
        + "\"nested\":{\"n\":9223372036854775807}}", line.compact());
    assertEquals(line.compact(), line.toString());
    assertEquals("{\"loss\":1.25}",
        new Json.Obj(line.toBuilder().build().members()).toBuilder()
            .remove("step").remove("eps").remove("nan").remove("done").remove("text").remove("ids")
            .remove("logProbs").remove("names").remove("nested").build().compact());
  }

  @Test
  void refusesANumberThatIsNone() {
    assertThrows(JsonException.class, () -> new Json.Num("01"));
    assertThrows(JsonException.class, () -> new Json.Num(""));
    assertThrows(JsonException.class, () -> new Json.Num("1 "));
  }
}
