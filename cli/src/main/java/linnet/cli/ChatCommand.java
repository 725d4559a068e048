package linnet.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import linnet.nn.json.Json;
import linnet.sft.ChatModel;
import linnet.sft.template.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet chat}: a conversation, line by line. */
@Command(name = "chat", mixinStandardHelpOptions = true, sortOptions = false,
    description = {"Talks with a model: a line of input is a user's turn.",
        "/new starts over, /quit or the end of input ends. --json prints a line for each answer."})
final class ChatCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions model;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message before the conversation.")
  private String system;

  @Mixin
  private SamplingOptions sampling;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    sampling.check();
    try (var backend = backendOptions.open(); var weights = backend.scope("model");
        var chat = model.load(weights)) {
      Banner.print(output, backend, chat.basePath(), chat.model());
      Notices.template(output, chat.text());
      output.say("/new starts over, /quit ends.");
      var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      int turns = converse(chat, input);
      output.event("summary", Json.object().put("turns", turns));
      return ExitCode.OK;
    }
  }

  private int converse(ChatModel chat, BufferedReader input) throws IOException {
    var messages = opening();
    for (int turns = 0; ; ) {
      if (Terminal.isPresent()) {
        output.stream("> ");
      }
      var line = input.readLine();
      if (line == null || line.strip().equals("/quit")) {
        return turns;
      } else if (line.strip().equals("/new")) {
        messages = opening();
      } else if (!line.isBlank()) {
        messages.add(Message.of("user", line));
        int[] prompt = chat.prompt(messages);
        if (fits(prompt, chat)) {
          messages.add(Message.of("assistant", answer(chat, prompt)));
          turns++;
        } else {
          messages.removeLast();
        }
      }
    }
  }

  private boolean fits(int[] prompt, ChatModel chat) {
    int most = chat.model().config().maxPositionEmbeddings() - 1;
    if (prompt.length > most) {
      Notices.print(output, "the conversation would have " + Counted.of(prompt.length, "token")
          + ", and the model takes " + Counted.of(most, "token") + " at most: this line was left out; write a"
          + " shorter one, or start over with /new");
    }
    return prompt.length <= most;
  }

  private List<Message> opening() {
    var messages = new ArrayList<Message>();
    if (system != null) {
      messages.add(Message.of("system", system));
    }
    return messages;
  }

  private String answer(ChatModel chat, int[] prompt) {
    var text = new StringBuilder();
    var generation = chat.generate(prompt, sampling.config(chat.stopIds()), piece -> {
      text.append(piece);
      output.stream(piece);
    });
    output.say("");
    output.event("turn", Json.object().put("text", text.toString())
        .put("ids", JsonArrays.of(generation.ids()))
        .put("finish", GenerateCommand.name(generation.finish())));
    return text.toString();
  }
}
