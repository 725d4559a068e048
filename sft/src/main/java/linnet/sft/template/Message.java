package linnet.sft.template;

import linnet.nn.json.Json;
import linnet.nn.json.JsonCursor;
import linnet.nn.json.JsonException;

/**
 * One message of a conversation: a role, and whatever fields the template reads ({@code content} as a text or
 * a list of parts, {@code tool_calls}, {@code reasoning_content}, {@code name}, …).
 *
 * @param fields all fields, {@code role} among them
 */
public record Message(Json.Obj fields) {
  /**
   * Checks that the message has a role.
   *
   * @throws JsonException where {@code role} is missing or no text
   */
  public Message {
    JsonCursor.of(fields, "message").at("role").asString();
  }

  /**
   * A message of plain text.
   *
   * @param role who speaks: {@code system}, {@code user}, {@code assistant} or {@code tool}
   * @param content what is said
   * @return the message
   */
  public static Message of(String role, String content) {
    return new Message(Json.object().put("role", role).put("content", content).build());
  }

  /**
   * A message from JSON.
   *
   * @param json a cursor on an object with at least a {@code role}
   * @return the message
   * @throws JsonException where it is no object or has no role; the message names the place
   */
  public static Message of(JsonCursor json) {
    json.at("role").asString();
    return new Message(json.asObject());
  }

  /**
   * Who speaks.
   *
   * @return the field {@code role}
   */
  public String role() {
    return JsonCursor.of(fields, "message").at("role").asString();
  }

  /**
   * Whether the model writes this message.
   *
   * @return true for the role {@code assistant}
   */
  public boolean isAssistant() {
    return role().equals("assistant");
  }
}
