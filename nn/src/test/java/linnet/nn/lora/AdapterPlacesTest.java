package linnet.nn.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import linnet.nn.Golden;
import linnet.nn.io.ModelSource;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.model.CausalLm;
import linnet.nn.model.Models;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which modules configurations mean, and what expressions match, as PEFT and Python say. */
class AdapterPlacesTest {
  private static final JsonCursor GOLDEN = Golden.json("targets/cases.json");

  private static CausalLm declared(String family) {
    try (var source = ModelSource.open(Golden.path("families/" + family))) {
      return CausalLm.declare(Models.config(source));
    }
  }

  private static List<String> names(JsonCursor array) {
    return array.elements().stream().map(JsonCursor::asString).toList();
  }

  @Test
  void theModulesAreThoseOfPeft() {
    var models = new HashMap<String, CausalLm>();
    for (var c : GOLDEN.at("cases").elements()) {
      var model = models.computeIfAbsent(c.at("base").asString(), AdapterPlacesTest::declared);
      var what = c.at("config").value().toString();
      var config = AdapterConfigFile.read(c.at("config"));
      if (c.opt("refused").isPresent()) {
        assertThrows(IllegalArgumentException.class, () -> AdapterPlaces.of(model, config), what);
      } else {
        var places = AdapterPlaces.of(model, config);
        assertEquals(names(c.at("adapted")), List.copyOf(new TreeSet<>(places.adapted().keySet())), what);
        assertEquals(names(c.at("saved")), List.copyOf(new TreeSet<>(places.saved())), what);
      }
    }
  }

  @Test
  void expressionsMatchWhatPythonMatches() {
    var texts = names(GOLDEN.at("texts"));
    for (var expression : GOLDEN.at("expressions").elements()) {
      var pattern = expression.at("pattern").asString();
      for (int i = 0; i < texts.size(); i++) {
        var expected = expression.at("results").at(i);
        int text = i;
        for (var kind : Map.<Integer, BiFunction<String, String, Boolean>>of(0, PythonRegex::matchesWhole,
            1, PythonRegex::matchesStart).entrySet()) {
          assertEquals(expected.at(kind.getKey()).asBoolean(), kind.getValue().apply(pattern, texts.get(i)),
              () -> pattern + " and " + Json.of(texts.get(text)) + ", kind " + kind.getKey());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[a", "a\\", "(?P<n>a", "(?<n>a)", "(?P>n)", "(?(1)a|b)", "\\Qa\\E", "\\pL",
      "*a", "\\h"})
  void whatPythonRefusesIsRefused(String pattern) {
    assertThrows(PatternSyntaxException.class, () -> PythonRegex.compile(pattern));
  }

  @Test
  void anExpressionWithoutEndIsGivenUp() {
    var text = "a".repeat(60) + "b";
    assertTrue(assertThrows(IllegalArgumentException.class,
        () -> PythonRegex.matchesWhole("a*a*a*a*a*a*c", text)).getMessage().contains("simplify it"));
    assertThrows(PatternSyntaxException.class, () -> PythonRegex.compile("(".repeat(5000)));
    assertTimeout(Duration.ofSeconds(5), () -> PythonRegex.compile("ab".repeat(150_000)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(?:){2147483647}", "(?:){99999999999999999999,}", "((?:){1000}){2}", "(?=){1001,}"})
  void repetitionsThatLookAtNothingAreBoundedToo(String pattern) {
    assertThrows(PatternSyntaxException.class, () -> PythonRegex.compile(pattern));
    assertTrue(PythonRegex.matchesWhole("(a{0,9999}){,7}b{1000}", "a" + "b".repeat(1000)));
  }

  @Test
  void theLayerIsTheNumberBehindTheList() {
    var path = "model.layers.12.mlp.experts.3.up_proj";
    for (var pattern : List.of("layers", "(?P<x>layers)", "(l)(a)yers", "x|(?:^|.*?\\.)layers")) {
      assertTrue(new LayerChoice(List.of(3, 12), List.of("h", pattern)).includes(path), pattern);
      assertFalse(new LayerChoice(List.of(1, 3), List.of(pattern)).includes(path), pattern);
    }
    assertTrue(new LayerChoice(List.of(12), List.of()).includes(path));
    assertFalse(new LayerChoice(List.of(12), List.of("model|layers")).includes(path),
        "a match without number");
    assertThrows(PatternSyntaxException.class, () -> new LayerChoice(List.of(0), List.of("(")));
    assertThrows(PatternSyntaxException.class, () -> new LayerChoice(List.of(0), List.of("(?x) layers #")));
  }

  @Test
  void aLayersPatternWithoutEndIsGivenUp() {
    var endless = new LayerChoice(List.of(0), List.of(".*.*.*.*.*.*.*.*.*.*Z"));
    var path = "model.layers.0.self_attn.q_proj";
    assertTrue(assertThrows(IllegalArgumentException.class, () -> endless.includes(path)).getMessage()
        .contains("simplify it"));
    var config = LoraConfig.builder(2, 4).targets(new LoraTargets.Names(List.of("q_proj"))).layers(endless)
        .build();
    assertThrows(IllegalArgumentException.class, () -> AdapterPlaces.of(declared("llama3"), config));
  }

  @Test
  void aLongListOfWhatIsInVainIsCutShort() {
    var layers = IntStream.range(0, 100_000).boxed().toList();
    var config = LoraConfig.builder(2, 4).targets(new LoraTargets.Names(List.of("q_proj")))
        .layers(new LayerChoice(layers, List.of())).build();
    var model = declared("llama3");
    var places = AdapterPlaces.of(model, config);
    var message = assertThrows(IllegalArgumentException.class, () -> places.requireAllUsed(model, config))
        .getMessage();
    assertTrue(message.startsWith("layers_to_transform: found 2, ") && message.contains(" more, which stands for nothing")
        && message.endsWith("expected some of 0 to 1") && message.length() < 300, message);
  }
}
