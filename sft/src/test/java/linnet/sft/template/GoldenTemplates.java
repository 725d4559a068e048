package linnet.sft.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.sft.template.jinja.Limits;
import linnet.sft.template.jinja.Span;

/** Reads the golden template cases: conversations, options, and what transformers made of them. */
final class GoldenTemplates {
  private static final String FOLDER = "/golden/templates/";

  private GoldenTemplates() {}

  /** One conversation of a golden file. */
  record Case(String template, String name, ChatTemplate chatTemplate, ChatRequest request,
      JsonCursor expected) {
    @Override
    public String toString() {
      return template + "/" + name;
    }
  }

  static JsonCursor read(String file) {
    try (var in = GoldenTemplates.class.getResourceAsStream(FOLDER + file)) {
      return JsonCursor.of(Json.parse(in.readAllBytes(), file), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Clock clock(JsonCursor file) {
    var now = LocalDateTime.parse(file.at("now").asString());
    return Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
  }

  static List<Case> cases(String template) {
    var file = read(template + "/cases.json");
    var tokens = new HashMap<String, String>();
    file.at("special_tokens").members().forEach((name, token) -> tokens.put(name, token.asString()));
    var chat = ChatTemplate.parse(template, file.at("chat_template").asString(), tokens, Limits.DEFAULT,
        clock(file));
    return file.at("cases").elements().stream()
        .map(c -> new Case(template, c.at("name").asString(), chat, request(c), c)).toList();
  }

  static ChatRequest request(JsonCursor c) {
    var messages = new ArrayList<Message>();
    c.at("messages").elements().forEach(message -> messages.add(Message.of(message)));
    var tools = new ArrayList<Json>();
    var variables = new HashMap<String, Json>();
    var ending = ChatRequest.Ending.CLOSED;
    for (var option : c.at("kwargs").members().entrySet()) {
      var value = option.getValue();
      switch (option.getKey()) {
        case "tools" -> tools.addAll(value.asArray().elements());
        case "add_generation_prompt" -> ending = ChatRequest.Ending.GENERATION_PROMPT;
        case "continue_final_message" -> ending = ChatRequest.Ending.CONTINUE_FINAL_MESSAGE;
        default -> variables.put(option.getKey(), value.value());
      }
    }
    return new ChatRequest(messages, tools, Map.copyOf(variables), ending);
  }

  /** The parts of a text that some ranges of code points cover. */
  static List<String> pieces(JsonCursor codePointRanges, String text) {
    return codePointRanges.elements().stream().map(range -> text.substring(
        text.offsetByCodePoints(0, range.at(0).asInt()), text.offsetByCodePoints(0, range.at(1).asInt())))
        .toList();
  }

  static List<String> pieces(List<Span> spans, String text) {
    return spans.stream().map(span -> text.substring(span.start(), span.end())).toList();
  }
}
