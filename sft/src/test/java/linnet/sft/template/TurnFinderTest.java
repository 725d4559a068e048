package linnet.sft.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import linnet.nn.json.Json;
import linnet.sft.template.jinja.TemplateException;
import org.junit.jupiter.api.Test;

/** Trained parts of templates without generation blocks. */
class TurnFinderTest {
  private static final List<Message> TWO_TURNS = List.of(Message.of("user", "q1"),
      Message.of("assistant", "a1"),
      Message.of("user", "q2"), Message.of("assistant", "a2"));

  private static List<String> trained(String source, List<Message> messages) {
    var template = ChatTemplate.parse("t", source, Map.of("bos_token", "<s>", "eos_token", "</s>"));
    return trained(template, ChatRequest.of(messages));
  }

  private static List<String> trained(ChatTemplate template, ChatRequest request) {
    var rendered = template.renderForTraining(request);
    return GoldenTemplates.pieces(rendered.trained(), rendered.text());
  }

  private static ChatTemplate golden(String name) {
    return GoldenTemplates.cases(name).getFirst().chatTemplate();
  }

  @Test
  void chatmlTrainsTheAnswerTheStopTokenAndTheNewlineAfterIt() {
    assertEquals(List.of("a1<|im_end|>\n", "a2<|im_end|>\n"), trained(ChatTemplate.CHATML, TWO_TURNS));
    assertEquals(List.of("a1<|im_end|>\n", "a2<|im_end|>\n"),
        trained(golden("smollm2"), ChatRequest.of(TWO_TURNS)));
  }

  @Test
  void textThatATemplateAddsToTheLastTurnOnlyIsTrained() {
    assertEquals(List.of("a1<|im_end|>\n", "<think>\n\n</think>\n\na2<|im_end|>\n"),
        trained(golden("qwen3"), ChatRequest.of(TWO_TURNS)));
  }

  @Test
  void reasoningThatATemplateDropsFromEarlierTurnsIsNotTrained() {
    var messages = List.of(Message.of("user", "q1"), Message.of("assistant", "<think>\nt1\n</think>\n\na1"),
        Message.of("user", "q2"), Message.of("assistant", "<think>\nt2\n</think>\n\na2"));
    assertEquals(List.of("a1<|im_end|>\n", "<think>\nt2\n</think>\n\na2<|im_end|>\n"),
        trained(golden("qwen3"), ChatRequest.of(messages)));
  }

  @Test
  void whatThePromptHoldsBehindToolResultsIsNotTrained() {
    var source = "{% set open = namespace(results=false) %}{% for m in messages %}"
        + "{% if m.role == 'user' %}<u>{{ m.content }}<a>"
        + "{% elif m.role == 'tool' %}{% set open.results = true %}<r>{{ m.content }}{% else %}"
        + "{% if open.results %}</r>{% set open.results = false %}{% endif %}{{ m.content }}</s>{% endif %}{% endfor %}"
        + "{% if open.results %}</r>{% endif %}";
    assertEquals(List.of("call</s>", "a1</s>", "a2</s>"), trained(source, List.of(Message.of("user", "q1"),
        Message.of("assistant", "call"), Message.of("tool", "result"), Message.of("assistant", "a1"),
        Message.of("user", "q2"), Message.of("assistant", "a2"))));
  }

  @Test
  void aHeaderThatStandsInTurnsWithCallsOnlyIsNotTrained() {
    var source = "{% for m in messages %}{% if m.role == 'user' %}<u>{{ m.content }}"
        + "{% if loop.last or not loop.nextitem.calls %}<a>{% endif %}"
        + "{% else %}{% if m.calls %}<a>{{ m.calls }}{% endif %}{{ m.content }}</s>{% endif %}{% endfor %}";
    var calling = new Message(Json.object().put("role", "assistant").put("content", "").put("calls", "f()").build());
    assertEquals(List.of("a1</s>", "f()</s>"), trained(source, List.of(Message.of("user", "q1"),
        Message.of("assistant", "a1"), Message.of("user", "q2"), calling)));
  }

  @Test
  void aPromptThatDependsOnAVariableIsNotTrained() {
    var request = ChatRequest.of(TWO_TURNS).with("enable_thinking", Json.FALSE);
    assertEquals(List.of("a1<|im_end|>\n", "a2<|im_end|>\n"), trained(golden("qwen3"), request));
  }

  @Test
  void everyGoldenConversationIsDeterminedAndTrainsAnswersOnly() {
    var checked = 0;
    for (var name : List.of("smollm2", "qwen3")) {
      for (var c : GoldenTemplates.cases(name)) {
        if (c.expected().opt("error").isPresent()) {
          continue;
        }
        var rendered = c.chatTemplate().renderForTraining(c.request());
        var pieces = GoldenTemplates.pieces(rendered.trained(), rendered.text());
        assertEquals(c.request().messages().stream().filter(Message::isAssistant).count(), pieces.size(),
            c.toString());
        pieces.forEach(piece ->
            assertTrue(piece.endsWith("<|im_end|>\n") && !piece.contains("<|im_start|>"), piece));
        checked++;
      }
    }
    assertTrue(checked > 35, "checked " + checked);
  }

  @Test
  void trainedPartsAreWhatTheDefinitionSaysWhereItCanBeApplied() {
    for (var name : List.of("smollm2", "llama3_training")) {
      for (var c : GoldenTemplates.cases(name)) {
        var messages = c.request().messages();
        if (c.expected().opt("error").isPresent() || messages.isEmpty()
            || !messages.getLast().isAssistant()) {
          continue;
        }
        var prompt = c.request().withMessages(messages.subList(0, messages.size() - 1))
            .ending(ChatRequest.Ending.GENERATION_PROMPT);
        var rendered = c.chatTemplate().renderForTraining(c.request());
        assertEquals(c.chatTemplate().render(prompt).length(), rendered.trained().getLast().start(),
            c.toString());
        assertEquals(rendered.text().length(), rendered.trained().getLast().end(), c.toString());
      }
    }
  }

  @Test
  void contentEqualToAHeaderDoesNotMoveTheStart() {
    var messages = List.of(Message.of("user", "<|im_start|>assistant\n"),
        Message.of("assistant", "<|im_start|>assistant\nx"), Message.of("user", "a"),
        Message.of("assistant", "a"));
    assertEquals(List.of("<|im_start|>assistant\nx<|im_end|>\n", "a<|im_end|>\n"),
        trained(ChatTemplate.CHATML, messages));
  }

  @Test
  void templatesWithoutAGenerationPromptTrainWhatTheTurnRenders() {
    var source = "{{ bos_token }}{% for m in messages %}"
        + "{% if m.role == 'user' %}[INST] {{ m.content }} [/INST]"
        + "{% else %} {{ m.content | trim }}{{ eos_token }}{% endif %}{% endfor %}";
    assertEquals(List.of(" a1</s>", " a2</s>"), trained(source, TWO_TURNS));
  }

  @Test
  void loopsOverIndicesAndTurnsRenderedByMacrosAreFollowed() {
    var source = "{% macro turn(m) %}<{{ m.role }}>{{ m['content'] }}</{{ m.role }}>{% endmacro %}"
        + "{% for i in range(messages | length) %}{{ turn(messages[i]) }}{% endfor %}"
        + "{% if add_generation_prompt %}<assistant>{% endif %}";
    assertEquals(List.of("a1</assistant>", "a2</assistant>"), trained(source, TWO_TURNS));
  }

  @Test
  void aStopTokenBehindTheLoopBelongsToTheLastTurn() {
    var source = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
        + "{% if add_generation_prompt %}assistant:{% else %}{{ eos_token }}{% endif %}";
    assertEquals(List.of(" a1</s>"),
        trained(source.replace("\n{% endfor", "{% endfor"), TWO_TURNS.subList(0, 2)));
  }

  @Test
  void aTemplateWithoutALoopIsReadByItsPrefix() {
    var source = "Q: {{ messages[0].content }}\nA:{% if messages | length > 1 %}"
        + " {{ messages[1].content }}</s>{% endif %}";
    assertEquals(List.of(" a1</s>"), trained(source, TWO_TURNS.subList(0, 2)));
  }

  @Test
  void aPromptOfWhichEarlierTurnsKeepOnlyAPart() {
    var source = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}<assistant><think>\n{% endif %}";
    assertEquals(List.of("a1</s>", "a2</s>"), trained(source, TWO_TURNS));
  }

  @Test
  void aTurnBeginsWhereItDepartsFromThePrompt() {
    var turns = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}</think>{% endif %}"
        + "{{ m.content }}{{ eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}<assistant><think>{% endif %}";
    assertEquals(List.of("</think>a1</s>", "</think>a2</s>"), trained(turns, TWO_TURNS));
    var headerOfTheUser = "{% for m in messages %}{% if m.role == 'user' %}<u>{{ m.content }}"
        + "{% if not loop.last %}<a></think>{% endif %}{% else %}{{ m.content }}{{ eos_token }}{% endif %}"
        + "{% endfor %}{% if add_generation_prompt %}<a><think>{% endif %}";
    assertEquals(List.of("</think>a1</s>", "</think>a2</s>"), trained(headerOfTheUser, TWO_TURNS));
    var spaced = "{% for m in messages %}\n    {{ m.role | upper }}: {{ m.content }}{{ eos_token }}"
        + "{% endfor %}{% if add_generation_prompt %}\nASSISTANT:\n{% endif %}";
    assertEquals(List.of(" a1</s>", " a2</s>"), trained(spaced, TWO_TURNS));
  }

  @Test
  void reasoningThatThePromptBeginsIsTrainedBehindIt() {
    var source = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' and not loop.last %}"
        + "{{ m.content.split('</think>')[-1] }}{% else %}{{ m.content }}{% endif %}{{ eos_token }}"
        + "{% endfor %}{% if add_generation_prompt %}<assistant><think>\n{% endif %}";
    var messages = List.of(Message.of("user", "q1"), Message.of("assistant", "<think>\nt1</think>a1"),
        Message.of("user", "q2"), Message.of("assistant", "<think>\nt2</think>a2"));
    assertEquals(List.of("a1</s>", "t2</think>a2</s>"), trained(source, messages));
    assertEquals(List.of("t1</think>a1</s>"), trained(source, messages.subList(0, 2)));
  }

  @Test
  void aPromptThatIsAlwaysThereIsNotTrained() {
    var after = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}<assistant>";
    assertEquals(List.of("a1</s>", "a2</s>"), trained(after, TWO_TURNS));
    var within = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}"
        + "{% if loop.last %}<assistant>{% endif %}{% endfor %}";
    assertEquals(List.of("a1</s>", "a2</s>"), trained(within, TWO_TURNS));
    var longer = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}<say>{% endif %}"
        + "{{ m.content }}{{ eos_token }}{% endfor %}<assistant>";
    assertEquals(List.of("<say>a1</s>"), trained(longer, TWO_TURNS.subList(0, 2)));
  }

  @Test
  void aCallsNameInItsResultBelongsToTheResult() {
    var source = "{% for m in messages %}{% if m.role == 'tool' %}<tool {{ messages[loop.index0 - 1].name }}>"
        + "{% else %}<{{ m.role }}>{% if m.name %}call {{ m.name }}{% endif %}{% endif %}{{ m.content }}"
        + "{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
    var call = new Message(Json.object().put("role", "assistant").put("content", "").put("name", "f")
        .build());
    assertEquals(List.of("call f</s>", "a2</s>"), trained(source, List.of(Message.of("user", "q1"), call,
        Message.of("tool", "7"), Message.of("assistant", "a2"))));
  }

  @Test
  void aMessageOfWhichTheLoopRendersNothingIsNotTrained() {
    var source = "{% for m in messages %}{% if m.content %}<{{ m.role }}>{{ m.content }}{{ eos_token }}"
        + "{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";
    assertEquals(List.of("a2</s>"), trained(source, List.of(Message.of("user", "q1"),
        Message.of("assistant", ""), Message.of("user", "q2"), Message.of("assistant", "a2"))));
  }

  @Test
  void publishedTemplatesAreRead() {
    assertEquals(List.of("a1<｜end▁of▁sentence｜>", "a2<｜end▁of▁sentence｜>"),
        trained(golden("deepseekv3"), ChatRequest.of(TWO_TURNS)));
    assertEquals(List.of("<|channel|>final<|message|>a1<|end|>", "<|channel|>final<|message|>a2<|return|>"),
        trained(golden("gptoss"), ChatRequest.of(TWO_TURNS)));
    assertEquals(List.of("a1<|end|>\n", "a2<|end|>\n</s>"),
        trained(golden("phi3"), ChatRequest.of(TWO_TURNS)));
    assertEquals(List.of("a1<|eot_id|>", "a2<|eot_id|>"),
        trained(golden("llama3_1"), ChatRequest.of(TWO_TURNS)));
  }

  @Test
  void whatCannotBeToldForSureIsRefused() {
    var otherHeader = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}<model>{% endif %}";
    var error = assertThrows(UndeterminedTurnException.class, () -> trained(otherHeader, TWO_TURNS));
    assertTrue(error.getMessage().contains("message 2 (assistant)"), error.getMessage());
    var afterAll = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}[stop]";
    assertThrows(UndeterminedTurnException.class, () -> trained(afterAll, TWO_TURNS));
    var toolsWithin = "{% for m in messages %}{% if m.role == 'assistant' %}<a>{{ m.content }}"
        + "{% if loop.nextitem is defined %}={{ loop.nextitem.content }}{% endif %};{% endif %}{% endfor %}"
        + "{% if add_generation_prompt %}<a>{% endif %}";
    assertThrows(UndeterminedTurnException.class, () -> trained(toolsWithin, TWO_TURNS.subList(0, 3)));
    var mixed = "{% for m in messages %}{{ m.content }}{% endfor %}{{ messages[1].content }}"
        + "{% if add_generation_prompt %}>{% endif %}";
    assertThrows(UndeterminedTurnException.class, () -> trained(mixed, TWO_TURNS.subList(0, 3)));
  }

  @Test
  void turnsThatRenderNothingAreNotTrained() {
    var source = "{% for m in messages if m.role == 'user' %}<u>{{ m.content }}{% endfor %}";
    assertEquals(List.of(), trained(source, TWO_TURNS));
  }

  @Test
  void generationBlocksCountWhereverTheyAreRendered() {
    var source = "{% macro say(m) %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}\n"
        + "{% endmacro %}{% for m in messages %}{{ m.role }}: "
        + "{% if m.role == 'assistant' %}{% set text = say(m) %}{{ text }}"
        + "{% else %}{{ m.content }}{% endif %}{% endfor %}";
    assertEquals(List.of("a1</s>", "a2</s>"), trained(source, TWO_TURNS));
  }

  @Test
  void longConversationsTakeTimeInProportion() {
    var messages = new ArrayList<Message>();
    for (var i = 0; i < 1000; i++) {
      messages.add(Message.of("user", "question " + i));
      messages.add(Message.of("assistant", "answer " + i));
    }
    assertEquals(1000, trained(golden("smollm2"), ChatRequest.of(messages)).size());
  }

  @Test
  void aRefusalOfTheTemplateIsItsError() {
    var error = assertThrows(TemplateException.class,
        () -> trained("{{ raise_exception('no system role') }}", TWO_TURNS));
    assertEquals("no system role", error.detail());
  }
}
