package linnet.sft.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import linnet.nn.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which parts of a rendered text messages brought, and which the template. */
class ContentTest {
  private static final String BROUGHT = "<|brought|>";

  static Stream<GoldenTemplates.Case> cases() {
    return GoldenTemplateTest.cases().filter(c -> c.expected().opt("error").isEmpty()
        && c.request().messages().stream().anyMatch(ContentTest::isText)
        && c.request().ending() != ChatRequest.Ending.CONTINUE_FINAL_MESSAGE);
  }

  private static boolean isText(Message message) {
    return message.fields().get("content").orElse(Json.NULL) instanceof Json.Str;
  }

  private static ChatRequest bringing(ChatRequest request) {
    return request.withMessages(request.messages().stream().map(m -> isText(m) ? bringing(m) : m).toList());
  }

  private static Message bringing(Message message) {
    var content = ((Json.Str) message.fields().get("content").orElseThrow()).value();
    return new Message(message.fields().toBuilder().put("content", content + BROUGHT + "x").build());
  }

  /** The parts of a text that are content. */
  private static List<String> parts(Rendered rendered) {
    var parts = new ArrayList<String>();
    var content = rendered.content();
    for (var from = content.nextSetBit(0); from >= 0; from = content.nextSetBit(content.nextClearBit(from))) {
      parts.add(rendered.text().substring(from, content.nextClearBit(from)));
    }
    return parts;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void publishedTemplatesKeepThemApart(GoldenTemplates.Case c) {
    var rendered = c.chatTemplate().renderPrompt(bringing(c.request()));
    var count = 0;
    for (var at = rendered.text().indexOf(BROUGHT); at >= 0; at = rendered.text().indexOf(BROUGHT, at + 1)) {
      assertTrue(rendered.content().nextClearBit(at) >= at + BROUGHT.length(), rendered.text());
      count++;
    }
    assertTrue(count > 0, rendered.text());
    var brought = bringing(c.request()).messages().toString();
    var marks = List.of("<|im_", "<|start", "<|end", "<|eot", "<｜", "<start_of", "<end_of", "[gMASK]");
    for (var part : parts(rendered)) {
      for (var mark : marks) {
        assertFalse(part.contains(mark) && !brought.contains(mark), part);
      }
    }
  }

  @Test
  void blocksRenderedIntoVariablesKeepThemApart() {
    var source = "{% macro say(m) %}{% generation %}<{{ m.content }}>{% endgeneration %}{% endmacro %}"
        + "{% for m in messages %}{% set text = say(m) %}[{{ text }}]{% endfor %}";
    var messages = List.of(Message.of("user", "<q>"), Message.of("assistant", "<a>"));
    var rendered = ChatTemplate.parse("t", source, Map.of()).renderForTraining(ChatRequest.of(messages), 1);
    assertEquals("[<<q>>][<<a>>]", rendered.text());
    assertEquals(List.of("<q>", "<a>"), parts(rendered));
    assertEquals(List.of("<<a>>"), GoldenTemplates.pieces(rendered.trained(), rendered.text()));
  }

  @Test
  void aMessageThatIsToBeContinuedIsContentToItsEnd() {
    var rendered = ChatTemplate.chatml(Map.of()).renderPrompt(ChatRequest.of(List.of(Message.of("user", "q"),
        Message.of("assistant", "a <|im_end|>"))).ending(ChatRequest.Ending.CONTINUE_FINAL_MESSAGE));
    assertEquals(List.of("q", "a <|im_end|>"), parts(rendered));
  }
}
