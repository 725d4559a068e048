package linnet.nn.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class JsonCursorTest {
  private final JsonCursor config = JsonCursor.of(Json.parse("""
      {"hidden_size": 48, "eps": 1e-05, "tie": false, "name": "llama", "gone": null, "big": 3000000000,
       "huge": 1e999, "half": 0.5, "rope_scaling": {"factor": "x"}, "layers": [1, "two"],
       "weight_map": {"model.norm": 7}}""", "config.json"), "config.json");

  @Test
  void readsTypedValues() {
    assertEquals(48, config.at("hidden_size").asInt());
    assertEquals(1e-5, config.at("eps").asDouble());
    assertEquals(false, config.at("tie").asBoolean());
    assertEquals("llama", config.at("name").asString());
    assertEquals(3_000_000_000L, config.at("big").asLong());
    assertTrue(config.opt("gone").isEmpty());
    assertTrue(config.opt("absent").isEmpty());
    assertEquals("two", config.at("layers").at(1).asString());
    assertEquals(List.of("layers[0]", "layers[1]"),
        config.at("layers").elements().stream().map(JsonCursor::path).toList());
    assertEquals(List.of("factor"), List.copyOf(config.at("rope_scaling").members().keySet()));
  }

  @Test
  void namesFileFieldAndValueInErrors() {
    fails("config.json: rope_scaling.factor: found \"x\", expected a number",
        () -> config.at("rope_scaling").at("factor").asDouble());
    fails("config.json: layers[1]: found \"two\", expected a whole number",
        () -> config.at("layers").at(1).asInt());
    fails("config.json: weight_map[\"model.norm\"]: found 7, expected a string",
        () -> config.at("weight_map").at("model.norm").asString());
    fails("config.json: half: found 0.5, expected a whole number of 64 bits",
        () -> config.at("half").asLong());
    fails("config.json: big: found 3000000000, expected a whole number of 32 bits",
        () -> config.at("big").asInt());
    fails("config.json: huge: found 1e999, expected a number", () -> config.at("huge").asDouble());
    fails("config.json: gone: found null, expected an object", () -> config.at("gone").asObject());
    fails("config.json: name: found \"llama\", expected true or false", () -> config.at("name").asBoolean());
    fails("config.json: rope_scaling: found an object of 1 member, expected an array",
        () -> config.at("rope_scaling").elements());
    fails("config.json: layers: found an array of 2 elements, expected an element of index 2",
        () -> config.at("layers").at(2));
    fails("config.json: rope_scaling: found no \"type\" among \"factor\", expected it",
        () -> config.at("rope_scaling").at("type"));
    fails("config.json: found an object of 11 members, expected a string", config::asString);
  }

  @Test
  void readsFiles(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("a.json"), "{\"a\": [");
    var malformed = assertThrows(JsonException.class, () -> JsonCursor.read(file));
    assertTrue(malformed.getMessage().startsWith(file + ":1:8: "), malformed.getMessage());
    var missing = assertThrows(UncheckedIOException.class, () -> JsonCursor.read(folder.resolve("b.json")));
    assertEquals(folder.resolve("b.json") + ": there is no such file", missing.getMessage());
  }

  private static void fails(String message, Executable read) {
    assertEquals(message, assertThrows(JsonException.class, read).getMessage());
  }
}
