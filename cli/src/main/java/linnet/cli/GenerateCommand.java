package linnet.cli;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import linnet.nn.generate.Generation;
import linnet.nn.generate.Generation.Finish;
import linnet.nn.json.Json;
import linnet.sft.template.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code linnet generate}: one answer. */
@Command(name = "generate", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Answers one prompt, given as a user's turn through the model's chat template.")
final class GenerateCommand implements Callable<Integer> {
  @Mixin
  private ModelOptions model;

  @Option(names = {"-p", "--prompt"}, required = true, paramLabel = "TEXT",
      description = "What the user says.")
  private String prompt;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message before it.")
  private String system;

  @Option(names = "--raw", description = "Continue the prompt as plain text, without the chat template.")
  private boolean raw;

  @Mixin
  private SamplingOptions sampling;

  @Mixin
  private BackendOptions backendOptions;

  @Mixin
  private Output output;

  @Override
  public Integer call() {
    sampling.check();
    if (raw && system != null) {
      throw new UserException("--system: found together with --raw, which uses no chat template; give one of"
          + " them");
    }
    try (var backend = backendOptions.open(); var weights = backend.scope("model");
        var chat = model.load(weights)) {
      Banner.print(output, backend, chat.basePath(), chat.model());
      Notices.template(output, chat.text());
      int[] ids = raw
          ? chat.text().tokenizer().encodeWithSpecialTokens(prompt).ids() : chat.prompt(messages());
      var watch = new Stopwatch();
      var text = new StringBuilder();
      var generation = chat.generate(ids, sampling.config(chat.stopIds()), piece -> {
        watch.firstToken();
        text.append(piece);
        output.stream(piece);
      });
      output.say("");
      report(ids, generation, text.toString(), watch);
      return ExitCode.OK;
    }
  }

  private ArrayList<Message> messages() {
    var messages = new ArrayList<Message>();
    if (system != null) {
      messages.add(Message.of("system", system));
    }
    messages.add(Message.of("user", prompt));
    return messages;
  }

  private void report(int[] promptIds, Generation generation, String text, Stopwatch watch) {
    int tokens = generation.ids().length;
    output.say("(%s in %.2f s, %s at %.1f tokens/s, ended by %s)",
        Counted.of(promptIds.length, "prompt token"), watch.untilFirstToken(),
        Counted.of(tokens, "new token"), watch.tokensPerSecond(tokens), reason(generation.finish()));
    var summary = Json.object().put("text", text).put("ids", JsonArrays.of(generation.ids()))
        .put("promptIds", JsonArrays.of(promptIds)).put("finish", name(generation.finish()))
        .put("promptSeconds", watch.untilFirstToken()).put("tokensPerSecond", watch.tokensPerSecond(tokens));
    PeakMemory.bytes().ifPresent(bytes -> summary.put("peakBytes", bytes));
    output.event("summary", summary);
  }

  /** What machines read. */
  static String name(Finish finish) {
    return switch (finish) {
      case STOP -> "stop";
      case LENGTH -> "length";
      case CONTEXT -> "context";
    };
  }

  private static String reason(Finish finish) {
    return switch (finish) {
      case STOP -> "a stop token";
      case LENGTH -> "--max-new-tokens";
      case CONTEXT -> "the end of the model's positions";
    };
  }
}
