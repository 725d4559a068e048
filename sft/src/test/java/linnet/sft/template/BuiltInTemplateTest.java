package linnet.sft.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import linnet.sft.template.jinja.TemplateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The built-in templates beside the published ones. */
class BuiltInTemplateTest {
  private static final Map<String, String> TOKENS = Map.of("bos_token", "<s>", "eos_token", "</s>");
  private static final List<Message> TWO_TURNS = List.of(Message.of("system", "Be kind."),
      Message.of("user", "q1"), Message.of("assistant", "a1"), Message.of("user", "q2"),
      Message.of("assistant", "a2"));

  static Stream<GoldenTemplates.Case> published() {
    var file = GoldenTemplates.read("builtin.json");
    var tokens = new HashMap<String, String>();
    file.at("special_tokens").members().forEach((name, token) -> tokens.put(name, token.asString()));
    return file.at("cases").elements().stream().map(c -> {
      var name = c.at("template").asString();
      var template = ChatTemplate.parse(name, BuiltInTemplate.named(name).orElseThrow().source(), tokens);
      return new GoldenTemplates.Case(name, c.at("messages").toString(), template, GoldenTemplates.request(c), c);
    });
  }

  @ParameterizedTest
  @MethodSource("published")
  void rendersWhatThePublishedOneRenders(GoldenTemplates.Case c) {
    if (c.expected().opt("error").isPresent()) {
      assertThrows(TemplateException.class, () -> c.chatTemplate().render(c.request()));
    } else {
      assertEquals(c.expected().at("text").asString(), c.chatTemplate().render(c.request()));
    }
  }

  private static final Map<BuiltInTemplate, String> ENDS = Map.of(BuiltInTemplate.CHATML, "<|im_end|>\n",
      BuiltInTemplate.QWEN3, "<|im_end|>\n", BuiltInTemplate.LLAMA3, "<|eot_id|>",
      BuiltInTemplate.GEMMA, "<end_of_turn>\n", BuiltInTemplate.PHI3, "<|end|>\n",
      BuiltInTemplate.LLAMA2, " </s>", BuiltInTemplate.MISTRAL, "</s>", BuiltInTemplate.VICUNA, "</s>");

  @ParameterizedTest
  @EnumSource(BuiltInTemplate.class)
  void answersAreTrainedWithTheirEnd(BuiltInTemplate template) {
    var chat = ChatTemplate.parse(template.title(), template.source(), TOKENS);
    var rendered = chat.renderForTraining(ChatRequest.of(TWO_TURNS));
    var pieces = GoldenTemplates.pieces(rendered.trained(), rendered.text());
    assertEquals(2, pieces.size());
    var first = pieces.getFirst().strip();
    assertTrue(first.startsWith("a1"), first);
    assertEquals("a1" + ENDS.getOrDefault(template, "</s>").stripTrailing(), first);
    assertTrue(pieces.get(1).contains("a2"), pieces.get(1));
    var prompt = chat.render(ChatRequest.of(TWO_TURNS.subList(0, 2))
        .ending(ChatRequest.Ending.GENERATION_PROMPT));
    assertTrue(rendered.text().startsWith(prompt), "what is generated from is what was trained on");
  }

  @Test
  void aNameOrAFileIsChosen(@TempDir Path folder) throws Exception {
    assertEquals("llama3 (built in)", TemplateChoice.of("llama3").name());
    var file = Files.writeString(folder.resolve("mine.jinja"), "{{ messages[0].content }}");
    assertEquals("{{ messages[0].content }}", TemplateChoice.of(file.toString()).source());
    var failed = assertThrows(IllegalArgumentException.class, () -> TemplateChoice.of("lama3"));
    assertTrue(failed.getMessage().contains("found \"lama3\"") && failed.getMessage().contains("llama3, alpaca"),
        failed.getMessage());
  }
}
