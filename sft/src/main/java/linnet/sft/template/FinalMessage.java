package linnet.sft.template;

import java.util.ArrayList;
import java.util.List;
import linnet.nn.json.Json;
import linnet.sft.template.jinja.ErrorKind;
import linnet.sft.template.jinja.TemplateException;

/**
 * Renders a conversation that stops within its last message, as transformers' {@code continue_final_message}
 * does: a mark is put behind the content, and the text is cut where the mark lands.
 */
final class FinalMessage {
  private static final String MARK = "CONTINUE_FINAL_MESSAGE_TAG ";
  private static final String CONTENT = "content";

  private final ChatTemplate template;
  private final ChatRequest request;

  FinalMessage(ChatTemplate template, ChatRequest request) {
    this.template = template;
    this.request = request;
  }

  Rendered render() {
    if (request.messages().isEmpty()) {
      throw wrong("the conversation is empty!");
    }
    var marked = new ArrayList<>(request.messages());
    var last = marked.removeLast();
    var content = last.fields().get(CONTENT)
        .orElseThrow(() -> wrong("the final message has no \"content\" to continue!"));
    if (!template.source().contains(CONTENT)) {
      throw new TemplateException(ErrorKind.VALUE, "continue_final_message is set to \"content\" but this is"
          + " not an accepted field in the chat_template");
    }
    var text = last(content);
    marked.add(new Message(last.fields().toBuilder().put(CONTENT, marked(content)).build()));
    var trace = template.trace(request, Values.messages(marked));
    var rendered = trace.text();
    var at = rendered.lastIndexOf(MARK.strip());
    if (at < 0 || !rendered.contains(text.strip())) {
      throw wrong("the final message does not appear in the chat after applying the chat template! This can"
          + " happen if the chat template deletes portions of the final message. Please verify the chat"
          + " template and final message in your chat to ensure they are compatible."
          + "Final message to continue: " + text.strip() + "\nRendered chat:\n" + rendered);
    }
    var cut = rendered.startsWith(MARK, at) ? rendered.substring(0, at)
        : rendered.substring(0, at).stripTrailing();
    return new Rendered(cut, List.of(), trace.content().get(0, cut.length()));
  }

  /** The last text of a content. */
  private static String last(Json content) {
    return switch (content) {
      case Json.Str text -> text.value();
      case Json.Arr parts -> ((Json.Str) ((Json.Obj) parts.elements().get(lastText(parts))).get("text")
          .orElseThrow()).value();
      default -> throw wrong("the content of the final message is neither a text nor a list of parts");
    };
  }

  private static Json marked(Json content) {
    if (content instanceof Json.Str text) {
      return Json.of(text.value() + MARK);
    }
    var parts = (Json.Arr) content;
    var elements = new ArrayList<>(parts.elements());
    var index = lastText(parts);
    var part = (Json.Obj) elements.get(index);
    elements.set(index, part.toBuilder().put("text", last(content) + MARK).build());
    return Json.of(elements);
  }

  private static int lastText(Json.Arr parts) {
    for (var i = parts.elements().size() - 1; i >= 0; i--) {
      if (parts.elements().get(i) instanceof Json.Obj part
          && part.get("text").orElse(Json.NULL) instanceof Json.Str) {
        return i;
      }
    }
    throw wrong("we could not find any text to continue in the final message!");
  }

  private static TemplateException wrong(String detail) {
    return new TemplateException(ErrorKind.VALUE, "continue_final_message is set but " + detail);
  }
}
