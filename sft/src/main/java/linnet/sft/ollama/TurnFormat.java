package linnet.sft.ollama;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import linnet.nn.json.JsonCursor;
import linnet.sft.template.ChatRequest;
import linnet.sft.template.ChatRequest.Ending;
import linnet.sft.template.ChatTemplate;
import linnet.sft.template.Message;
import linnet.sft.template.jinja.TemplateException;

/**
 * A template that writes the same text around each message of a role. It is found by rendering marked
 * messages, and believed only if it gives the very texts that the template gives of other conversations.
 *
 * @param head what stands before the first turn
 * @param user around a user's message
 * @param assistant around an assistant's
 * @param prompt what an assistant's turn begins with when it is to be written
 * @param system around the system's message; empty where the template takes none
 * @param systemInUser whether that stands within the first user's turn, before its message
 * @param usual what the system says where the conversation does not; empty where then there is no such turn
 * @param tail what ends a conversation that nobody is to go on with
 */
record TurnFormat(String head, Around user, Around assistant, String prompt, Optional<Around> system,
    boolean systemInUser, Optional<String> usual, String tail) {
  private static final String SYSTEM = "SYSTEMZERO";
  private static final String[] USERS = {"USERONE", "USERTWO", "USERTHREE"};
  private static final String[] ANSWERS = {"ANSWERONE", "ANSWERTWO"};

  /** What stands before and after a message. */
  record Around(String before, String after) {}

  /**
   * The format of a template.
   *
   * @return empty where its turns do not have one
   */
  static Optional<TurnFormat> of(ChatTemplate template) {
    if (template.tellsTime()) {
      return Optional.empty(); // what it says today is not what it says tomorrow
    }
    try {
      return Stream.of("", template.specialTokens().getOrDefault("eos_token", ""))
          .flatMap(tail -> found(template, tail).stream())
          .filter(format -> format.holds(template)).findFirst();
    } catch (TemplateException refused) {
      return Optional.empty(); // not even a plain conversation
    }
  }

  private static Optional<TurnFormat> found(ChatTemplate template, String tail) {
    var plain = pieces(render(template, Ending.GENERATION_PROMPT, user(0), answer(0), user(1), answer(1),
        user(2)), USERS[0], ANSWERS[0], USERS[1], ANSWERS[1], USERS[2]);
    var closed = pieces(render(template, Ending.CLOSED, user(0), answer(0)), USERS[0], ANSWERS[0]);
    var asked = pieces(render(template, Ending.CLOSED, user(0)), USERS[0]);
    if (plain.isEmpty() || closed.isEmpty() || asked.isEmpty() || !asked.get().get(1).endsWith(tail)
        || !closed.get().get(2).endsWith(tail)) {
      return Optional.empty();
    }
    String afterUser = withoutEnd(asked.get().get(1), tail);
    String afterAnswer = withoutEnd(closed.get().get(2), tail);
    var toAnswer = after(afterUser, plain.get().get(1));
    var toUser = after(afterAnswer, plain.get().get(2));
    var prompt = after(afterUser, plain.get().get(5));
    if (toAnswer.isEmpty() || toUser.isEmpty() || prompt.isEmpty()
        || !plain.get().getFirst().endsWith(toUser.get())) {
      return Optional.empty();
    }
    var bare = new TurnFormat(withoutEnd(plain.get().getFirst(), toUser.get()),
        new Around(toUser.get(), afterUser), new Around(toAnswer.get(), afterAnswer), prompt.get(),
        Optional.empty(), false, Optional.empty(), tail);
    return bare.withSystem(template);
  }

  private static String withoutEnd(String text, String end) {
    return text.substring(0, text.length() - end.length());
  }

  /** With what the template makes of a system's message; as it is where it refuses one. */
  private Optional<TurnFormat> withSystem(ChatTemplate template) {
    Optional<List<String>> parts;
    try {
      var said = Message.of("system", SYSTEM);
      parts = pieces(render(template, Ending.GENERATION_PROMPT, said, user(0)), SYSTEM, USERS[0]);
    } catch (TemplateException refused) {
      return Optional.of(this);
    }
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    String before = parts.get().get(0);
    String after = parts.get().get(1);
    if (before.startsWith(head + user.before())) {
      String within = before.substring(head.length() + user.before().length());
      return Optional.of(with(head, new Around(within, after), true, Optional.empty()));
    }
    if (!after.endsWith(user.before())) {
      return Optional.empty();
    }
    String afterSystem = withoutEnd(after, user.before());
    if (before.startsWith(head)) {
      return Optional.of(with(head, new Around(before.substring(head.length()), afterSystem), false,
          Optional.empty()));
    }
    // what stands before a conversation without a system's message is such a message
    if (head.startsWith(before) && head.endsWith(afterSystem)
        && head.length() >= before.length() + afterSystem.length()) {
      String usually = withoutEnd(head.substring(before.length()), afterSystem);
      String bos = template.specialTokens().getOrDefault("bos_token", "");
      boolean beginsTurns = user.before().startsWith(bos); // and not the text alone, as SmolLM2's does
      String start = before.startsWith(bos) && !beginsTurns ? bos : "";
      return Optional.of(with(start, new Around(before.substring(start.length()), afterSystem), false,
          Optional.of(usually)));
    }
    return Optional.empty();
  }

  private TurnFormat with(String start, Around ofSystem, boolean inUser, Optional<String> saidUsually) {
    return new TurnFormat(start, user, assistant, prompt, Optional.of(ofSystem), inUser, saidUsually, tail);
  }

  private boolean holds(ChatTemplate template) {
    var system = Message.of("system", "Say \"so\".\nThen {{ stop }}");
    var first = Message.of("user", "Erste Frage:\n\n  1 < 2?");
    var answer = Message.of("assistant", "Ja, é 漢 🙂");
    var second = Message.of("user", "{% if x %}und?{% endif %}");
    var conversations = new ArrayList<>(List.of(List.of(first), List.of(first, answer),
        List.of(first, answer, second), List.of(first, answer, second, answer)));
    if (this.system.isPresent()) {
      conversations.addAll(List.of(List.of(system, first), List.of(system, first, answer),
          List.of(system, first, answer, second)));
    }
    for (var conversation : conversations) {
      boolean open = conversation.getLast().role().equals("user");
      String rendered = template.render(ChatRequest.of(conversation)
          .ending(open ? Ending.GENERATION_PROMPT : Ending.CLOSED));
      if (!rendered.equals(text(conversation, open))) {
        return false;
      }
    }
    return true;
  }

  /** The text of a conversation. */
  private String text(List<Message> conversation, boolean open) {
    var text = new StringBuilder(head);
    boolean begins = conversation.getFirst().role().equals("system");
    usual.filter(said -> !begins).ifPresent(said ->
        text.append(system.orElseThrow().before()).append(said).append(system.orElseThrow().after()));
    for (int i = 0; i < conversation.size(); i++) {
      var message = conversation.get(i);
      String content = content(message);
      switch (message.role()) {
        case "system" -> {
          if (!systemInUser) {
            append(text, system.orElseThrow(), content);
          }
        }
        case "user" -> {
          text.append(user.before());
          if (i == 1 && begins && systemInUser) {
            append(text, system.orElseThrow(), content(conversation.getFirst()));
          }
          text.append(content).append(user.after());
        }
        default -> append(text, assistant, content);
      }
    }
    return text.append(open ? prompt : tail).toString();
  }

  private static String content(Message message) {
    return JsonCursor.of(message.fields(), "message").at("content").asString();
  }

  private static void append(StringBuilder text, Around around, String content) {
    text.append(around.before()).append(content).append(around.after());
  }

  private static Message user(int i) {
    return Message.of("user", USERS[i]);
  }

  private static Message answer(int i) {
    return Message.of("assistant", ANSWERS[i]);
  }

  private static String render(ChatTemplate template, Ending ending, Message... messages) {
    return template.render(ChatRequest.of(List.of(messages)).ending(ending));
  }

  /** The rest of a text that begins so. */
  private static Optional<String> after(String beginning, String text) {
    return text.startsWith(beginning) ? Optional.of(text.substring(beginning.length())) : Optional.empty();
  }

  /** What stands before, between and after marks that each occur once, in their order. */
  private static Optional<List<String>> pieces(String text, String... marks) {
    var pieces = new ArrayList<String>();
    int from = 0;
    for (String mark : marks) {
      int at = text.indexOf(mark, from);
      if (at < 0 || text.indexOf(mark, at + 1) >= 0) {
        return Optional.empty();
      }
      pieces.add(text.substring(from, at));
      from = at + mark.length();
    }
    pieces.add(text.substring(from));
    return Optional.of(pieces);
  }
}
