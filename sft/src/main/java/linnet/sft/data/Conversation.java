package linnet.sft.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.Message;

/**
 * A row as a conversation.
 *
 * @param request what the chat template renders
 * @param promptMessages the first so many messages are a prompt: what an assistant says in them is not
 *     trained
 * @param source the file
 * @param line where the row stands in it, counted from 1
 */
public record Conversation(ChatRequest request, int promptMessages, String source, long line) {
  private static final String EXPECTED = "expected {messages} or {prompt, completion}";

  /**
   * Reads a file of rows whose fields have the expected names.
   *
   * @throws DataException if a row has none of the forms of {@link #of}, or both, or there are no rows
   * @throws linnet.nn.json.JsonException if a line is malformed; the message names it
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static List<Conversation> read(Path file) {
    return read(file, FieldMapping.NONE);
  }

  /** Reads a file of rows whose fields may have other names, as {@link #read(Path)} does. */
  public static List<Conversation> read(Path file, FieldMapping mapping) {
    return of(RowReader.read(file), mapping);
  }

  static List<Conversation> of(List<Row> rows, FieldMapping mapping) {
    return rows.stream().map(row -> of(row, mapping)).toList();
  }

  /**
   * Reads a row: {@code messages}, a list of {@code {role, content}}; or {@code prompt} and {@code
   * completion}, each a text (a user's and an assistant's turn) or a list of messages. With either may come
   * {@code system}, a text, {@code tools}, a list of JSON schemas, and {@code chat_template_kwargs}, an
   * object with further variables for the template. A message's fields that are null count as missing, as
   * {@code apply_chat_template} has it. Other fields are not read, nor is a {@code prompt}
   * without {@code completion} beside {@code messages}, as some published sets have it.
   *
   * @throws DataException if it has none of these forms, or both
   * @throws linnet.nn.json.JsonException if a field is malformed; the message names line and field
   */
  public static Conversation of(Row row, FieldMapping mapping) {
    var fields = JsonCursor.of(mapping.apply(row), row.place());
    var messages = new ArrayList<Message>();
    fields.opt("system").ifPresent(system -> messages.add(Message.of("system", system.asString())));
    int prompt = 0;
    var whole = fields.opt("messages").isPresent();
    var halves = fields.opt("prompt").isPresent() && fields.opt("completion").isPresent();
    if (whole == halves) {
      throw new DataException(row.place() + ": has {"
          + fields.asObject().members().entrySet().stream().map(Conversation::described)
              .collect(Collectors.joining(", ")) + "}; " + EXPECTED
          + (whole ? ", not both" : " (other names can be mapped: --map question=prompt,answer=completion)"));
    }
    if (whole) {
      fields.at("messages").elements().forEach(message -> messages.add(message(message)));
    } else {
      messages.addAll(messages(fields.at("prompt"), "user"));
      prompt = messages.size();
      messages.addAll(messages(fields.at("completion"), "assistant"));
    }
    if (messages.isEmpty()) {
      throw new DataException(row.place() + ": messages: found an empty list, expected at least one message");
    }
    var tools = fields.opt("tools").map(list -> list.elements().stream().map(JsonCursor::value).toList())
        .orElse(List.<Json>of());
    var variables = new LinkedHashMap<String, Json>();
    fields.opt("chat_template_kwargs").ifPresent(options -> variables.putAll(options.asObject().members()));
    if (tools.isEmpty() && fields.opt("tools").isPresent()) {
      variables.put("tools", Json.of(tools)); // an empty list, which some templates print
    }
    var request = new ChatRequest(messages, tools, variables, ChatRequest.Ending.CLOSED);
    return new Conversation(request, prompt, row.source(), row.line());
  }

  private static String described(Map.Entry<String, Json> field) {
    return field.getValue() instanceof Json.Null ? field.getKey() + " (null)" : field.getKey();
  }

  private static List<Message> messages(JsonCursor field, String role) {
    return switch (field.value()) {
      case Json.Str text -> List.of(Message.of(role, text.value()));
      case Json.Arr _ -> field.elements().stream().map(Conversation::message).toList();
      default -> throw field.error("a text or an array of messages");
    };
  }

  /** A message without its fields that are null, which to a template are not the same as none. */
  private static Message message(JsonCursor json) {
    var message = Message.of(json);
    var fields = Json.object();
    message.fields().members().forEach((name, value) -> {
      if (!(value instanceof Json.Null)) {
        fields.put(name, value);
      }
    });
    return new Message(fields.build());
  }

  /** {@code file:line}, as errors name it. */
  public String place() {
    return source + ":" + line;
  }
}
