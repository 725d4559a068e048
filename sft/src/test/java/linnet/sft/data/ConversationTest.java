package linnet.sft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import linnet.nn.json.Json;
import linnet.nn.json.JsonException;
import linnet.sft.template.Message;
import org.junit.jupiter.api.Test;

/** What rows mean as conversations. */
class ConversationTest {
  private static Conversation conversation(String map, String json) {
    var row = new Row("train.jsonl", 17, (Json.Obj) Json.parse(json, "row"));
    return Conversation.of(row, map == null ? FieldMapping.NONE : mapping(map));
  }

  private static FieldMapping mapping(String map) {
    return FieldMapping.parse(List.of(map.split(",", -1)));
  }

  private static String error(String map, String json) {
    var error = assertThrows(RuntimeException.class, () -> conversation(map, json));
    assertTrue(error instanceof DataException || error instanceof JsonException, error.toString());
    return error.getMessage();
  }

  private static List<String> roles(Conversation conversation) {
    return conversation.request().messages().stream().map(Message::role).toList();
  }

  @Test
  void messagesTrainEveryAssistantTurn() {
    var c = conversation(null, "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"},"
        + " {\"role\": \"assistant\", \"content\": null, \"tool_calls\": []}]}");
    assertEquals(List.of("user", "assistant"), roles(c));
    assertEquals(0, c.promptMessages());
  }

  @Test
  void ofPromptAndCompletionOnlyTheCompletionIsTrained() {
    var texts = conversation(null, "{\"prompt\": \"a\", \"completion\": \"b\"}");
    assertEquals(List.of("user", "assistant"), roles(texts));
    assertEquals(1, texts.promptMessages());
    var lists = conversation(null,
        "{\"prompt\": [{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\","
        + " \"content\": \"a\"}], \"completion\": [{\"role\": \"assistant\", \"content\": \"b\"}]}");
    assertEquals(List.of("system", "user", "assistant"), roles(lists));
    assertEquals(2, lists.promptMessages());
  }

  @Test
  void otherNamesAreMapped() {
    var c = conversation("question=prompt,answer=completion",
        "{\"question\": \"q\", \"answer\": \"a\", \"prompt\": 5}");
    assertEquals(List.of(Message.of("user", "q"), Message.of("assistant", "a")), c.request().messages());
  }

  @Test
  void toolsAndTemplateVariablesAreHandedOn() {
    var c = conversation(null,
        "{\"prompt\": \"a\", \"completion\": \"b\", \"tools\": [{\"name\": 1}],"
        + " \"chat_template_kwargs\": {\"enable_thinking\": false}}");
    assertEquals("{\"name\":1}", c.request().tools().getFirst().compact());
    assertEquals(Json.FALSE, c.request().variables().get("enable_thinking"));
  }

  @Test
  void rowsOfAnotherFormAreNamed() {
    assertTrue(error(null, "{\"prompt\": \"a\", \"answer\": \"b\"}").startsWith(
        "train.jsonl:17: has {prompt, answer}; expected {messages} or {prompt, completion}"));
    assertTrue(error(null, "{\"messages\": []}").startsWith("train.jsonl:17: messages: found an empty list"));
    assertTrue(error(null, "{\"messages\": [{\"content\": \"a\"}]}")
        .startsWith("train.jsonl:17: messages[0]"));
    assertTrue(error(null, "{\"messages\": [{\"role\": 1}]}").startsWith(
        "train.jsonl:17: messages[0].role: found 1"));
    assertTrue(error(null, "{\"messages\": \"x\"}").startsWith(
        "train.jsonl:17: messages: found \"x\", expected an array"));
    assertTrue(error(null, "{\"prompt\": null, \"completion\": \"a\"}").startsWith(
        "train.jsonl:17: has {prompt (null), completion}; expected"));
    assertTrue(error(null, "{\"prompt\": 3, \"completion\": \"b\"}").startsWith(
        "train.jsonl:17: prompt: found 3, expected a text or an array of messages"));
    assertTrue(error(null, "{\"messages\": [], \"prompt\": \"a\", \"completion\": \"b\"}").startsWith(
        "train.jsonl:17: has {messages, prompt, completion}; expected {messages} or {prompt, completion},"
        + " not both"));
    assertTrue(error("question=prompt,answer=completion", "{\"question\": \"q\"}").startsWith(
        "train.jsonl:17: has {question}; the mapping expects {question, answer}"));
  }

  @Test
  void aPromptThatOnlyRepeatsTheMessagesIsNotRead() {
    var c = conversation(null, "{\"prompt\": \"a\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"},"
        + " {\"role\": \"assistant\", \"content\": \"b\"}]}");
    assertEquals(List.of("user", "assistant"), roles(c));
    assertEquals(0, c.promptMessages());
  }

  @Test
  void mappingsWithoutAMeaningAreRefused() {
    for (var map : List.of("question", "question=", "=prompt", "question=question", "a=prompt,b=prompt",
        "a=prompt,a=completion", "")) {
      var message = assertThrows(DataException.class, () -> mapping(map)).getMessage();
      assertTrue(message.startsWith("found"), message);
    }
  }

  @Test
  void nullFieldsOfAMessageCountAsMissing() {
    var conversation = conversation(null, """
        {"messages": [{"role": "assistant", "content": null, "name": "n", "tool_calls": [{"x": null}]}],
         "tools": []}""");
    var message = conversation.request().messages().getFirst();
    assertEquals("{\"role\":\"assistant\",\"name\":\"n\",\"tool_calls\":[{\"x\":null}]}",
        message.fields().compact());
    assertEquals("[]", conversation.request().variables().get("tools").compact(), "no tools are not none");
  }
}
