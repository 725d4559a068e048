package linnet.sft.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.stream.Stream;
import linnet.nn.json.JsonCursor;
import linnet.sft.template.jinja.JinjaTemplate;
import linnet.sft.template.jinja.Limits;
import linnet.sft.template.jinja.TemplateException;
import linnet.sft.template.jinja.Value;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One feature of the language at a time, against jinja2 as transformers sets it up. */
class FeatureTest {
  private record Feature(JsonCursor json, JsonCursor context, ZonedDateTime now) {
    String render() {
      var variables = new HashMap<String, Value>();
      context.members().forEach((name, value) -> variables.put(name, Values.of(value.value())));
      return JinjaTemplate.parse("feature", json.at("template").asString(), Limits.DEFAULT)
          .render(variables, now).text();
    }

    @Override
    public String toString() {
      return json.at("template").asString();
    }
  }

  static Stream<Feature> features() {
    return Stream.of("features.json", "more_features.json", "fuzzed.json").flatMap(name -> {
      var file = GoldenTemplates.read(name);
      var now = ZonedDateTime.now(GoldenTemplates.clock(file));
      return file.at("cases").elements().stream().map(json ->
          new Feature(json, file.opt("context").orElseGet(() -> json.at("context")), now));
    });
  }

  @ParameterizedTest
  @MethodSource("features")
  void rendersAsJinjaDoes(Feature feature) {
    var error = feature.json().opt("error");
    if (error.isPresent()) {
      var thrown = assertThrows(TemplateException.class, feature::render);
      assertEquals(error.get().asString(), thrown.kind().pythonName());
      feature.json().opt("message").ifPresent(message -> assertEquals(message.asString(), thrown.detail()));
      assertNotNull(thrown.position(), thrown::getMessage);
    } else {
      assertEquals(feature.json().at("text").asString(), feature.render());
    }
  }
}
