package linnet.sft.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import linnet.sft.template.jinja.TemplateException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every conversation of the golden files through its template, to the character. */
class GoldenTemplateTest {
  static Stream<GoldenTemplates.Case> cases() {
    return Stream.of("smollm2", "qwen3", "llama3_training", "deepseekv3", "gptoss", "llama3_1",
        "gemma3_training", "glm4moe", "qwen3_5_think", "cohere2_training", "phi3")
        .flatMap(name -> GoldenTemplates.cases(name).stream());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rendersAsTransformersDoes(GoldenTemplates.Case c) {
    var error = c.expected().opt("error");
    if (error.isPresent()) {
      var thrown = assertThrows(TemplateException.class, () -> c.chatTemplate().render(c.request()));
      assertEquals(error.get().asString(), thrown.kind().pythonName());
      assertEquals(c.expected().at("message").asString(), thrown.detail());
    } else {
      assertEquals(c.expected().at("text").asString(), c.chatTemplate().render(c.request()));
    }
  }

  static Stream<GoldenTemplates.Case> closedCasesWithSpans() {
    return cases().filter(c -> c.expected().opt("generation_spans").isPresent()
        && c.request().ending() == ChatRequest.Ending.CLOSED);
  }

  @ParameterizedTest
  @MethodSource("closedCasesWithSpans")
  void trainsWhatGenerationBlocksRender(GoldenTemplates.Case c) {
    var rendered = c.chatTemplate().renderForTraining(c.request());
    assertEquals(GoldenTemplates.pieces(c.expected().at("generation_spans"), rendered.text()),
        GoldenTemplates.pieces(rendered.trained(), rendered.text()));
  }
}
