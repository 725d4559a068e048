package linnet.sft.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import linnet.nn.json.Json;

/**
 * What a chat template renders.
 *
 * @param messages the conversation
 * @param tools JSON schemas of the functions that the model may call; with none, the template sees {@code
 *     none}, or a variable {@code tools} that says otherwise (an empty list is not the same to all templates)
 * @param variables further names that the template sees, such as {@code enable_thinking}
 * @param ending how the text ends
 */
public record ChatRequest(List<Message> messages, List<Json> tools, Map<String, Json> variables,
    Ending ending) {
  /** How a rendered conversation ends. */
  public enum Ending {
    /** As the template ends it. */
    CLOSED,
    /** With the header of an assistant's turn, for the model to go on ({@code add_generation_prompt}). */
    GENERATION_PROMPT,
    /** Right after the last message's content, for the model to go on within it. */
    CONTINUE_FINAL_MESSAGE
  }

  /** Copies the collections. */
  public ChatRequest {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
    variables = Map.copyOf(variables);
  }

  /**
   * A conversation with no tools and no further variables.
   *
   * @param messages the conversation
   * @return the request
   */
  public static ChatRequest of(List<Message> messages) {
    return new ChatRequest(messages, List.of(), Map.of(), Ending.CLOSED);
  }

  /**
   * The same with other messages.
   *
   * @param others the conversation
   * @return the request
   */
  public ChatRequest withMessages(List<Message> others) {
    return new ChatRequest(others, tools, variables, ending);
  }

  /**
   * The same with tools.
   *
   * @param schemas the JSON schemas of functions
   * @return the request
   */
  public ChatRequest withTools(List<Json> schemas) {
    return new ChatRequest(messages, schemas, variables, ending);
  }

  /**
   * The same with one more variable.
   *
   * @param name the name that the template reads
   * @param value its value
   * @return the request
   */
  public ChatRequest with(String name, Json value) {
    var more = new HashMap<>(variables);
    more.put(name, value);
    return new ChatRequest(messages, tools, more, ending);
  }

  /**
   * The same with another ending.
   *
   * @param other how the text ends
   * @return the request
   */
  public ChatRequest ending(Ending other) {
    return new ChatRequest(messages, tools, variables, other);
  }
}
