package linnet.sft.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
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

  private static TemplateException refusal(BuiltInTemplate template, ChatRequest request) {
    var chat = ChatTemplate.parse(template.title(), template.source(), TOKENS);
    return assertThrows(TemplateException.class, () -> chat.render(request), template.title());
  }

  @ParameterizedTest
  @EnumSource(names = {"LLAMA2", "ALPACA", "VICUNA", "ZEPHYR", "MISTRAL", "PHI3"})
  void aRoleWithoutAPlaceIsRefusedByName(BuiltInTemplate template) {
    for (var role : List.of("tool", "narrator")) {
      for (var at = 0; at <= TWO_TURNS.size(); at++) {
        var messages = new ArrayList<>(TWO_TURNS);
        messages.add(at, Message.of(role, "42"));
        var refused = refusal(template, ChatRequest.of(messages)).getMessage();
        assertTrue(refused.contains("found " + role), refused);
      }
      var last = refusal(template, ChatRequest.of(List.of(TWO_TURNS.get(1), Message.of(role, "42"))));
      assertTrue(last.getMessage().contains("found " + role), last.getMessage());
    }
  }

  @Test
  void qwenRefusesRolesThatItDoesNotKnow() {
    var refused = refusal(BuiltInTemplate.QWEN3,
        ChatRequest.of(List.of(TWO_TURNS.get(1), Message.of("narrator", "It rains."))));
    assertTrue(refused.getMessage().contains("found narrator"), refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource(names = {"LLAMA2", "ALPACA", "VICUNA", "MISTRAL", "GEMMA"})
  void aSystemMessageOutOfPlaceIsRefused(BuiltInTemplate template) {
    for (var at = 2; at <= TWO_TURNS.size(); at++) {
      var messages = new ArrayList<>(TWO_TURNS);
      messages.add(at, Message.of("system", "Be brief."));
      var refused = refusal(template, ChatRequest.of(messages));
      assertTrue(refused.getMessage().matches("(?s).*(found system|role system).*"), refused.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LLAMA2", "MISTRAL", "GEMMA"})
  void aSystemMessageAloneIsRefused(BuiltInTemplate template) {
    var refused = refusal(template, ChatRequest.of(TWO_TURNS.subList(0, 1)));
    assertTrue(refused.getMessage().contains("system message"), refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "QWEN3")
  void toolsAndCallsWithoutAPlaceAreRefused(BuiltInTemplate template) {
    var tools = ChatRequest.of(TWO_TURNS).withTools(List.of(Json.parse("{\"name\": \"add\"}", "tool")));
    var refused = refusal(template, tools);
    assertTrue(refused.getMessage().contains("no place for tools"), refused.getMessage());
    var call = Message.of(JsonCursor.of(Json.parse("{\"role\": \"assistant\", \"content\": \"\","
        + " \"tool_calls\": [{\"name\": \"add\", \"arguments\": {}}]}", "call"), "call"));
    refusal(template, ChatRequest.of(List.of(TWO_TURNS.get(1), call)));
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
