package linnet.cli;

import java.nio.file.Path;
import java.util.List;
import linnet.nn.json.Json;
import linnet.sft.ChatModel;
import linnet.sft.data.Conversation;
import linnet.sft.data.EncodedData;
import linnet.sft.data.FieldMapping;
import linnet.sft.template.Message;
import picocli.CommandLine.Option;

/** How rows are read. */
final class RowOptions {
  private static final int LINES_SHOWN = 10;

  @Option(names = "--map", split = ",", paramLabel = "FIELD=NAME",
      description = "Other names of fields: --map question=prompt,answer=completion")
  private List<String> mapping = List.of();

  @Option(names = "--max-length", defaultValue = "1024", paramLabel = "N",
      description = "Longer rows are cut to N tokens (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  /**
   * What a file holds.
   *
   * @param rows its rows
   * @param messages of all rows
   * @param assistantMessages those that can be trained
   * @param characters of the messages' texts
   */
  record Counts(long rows, long messages, long assistantMessages, long characters) {}

  List<Conversation> read(Path file) {
    return Conversation.read(file, FieldMapping.parse(mapping));
  }

  /** Reads and encodes a file and says what came of it. */
  EncodedData encode(Output output, Path file, ChatModel chat) {
    int length = Math.min(maxLength, chat.model().config().maxPositionEmbeddings());
    var data = chat.encoder(length).encode(read(file));
    report(output, file, data, length);
    return data;
  }

  private static void report(Output output, Path file, EncodedData data, int length) {
    output.say("data: %s: %s, %s, %,d of them trained%s", file, Counted.of(data.rows().size(), "row"),
        Counted.of(data.tokens(), "token"), data.trainedTokens(), data.truncated() == 0 ? ""
            : "; " + Counted.of(data.truncated(), "row") + " cut to " + Counted.of(length, "token"));
    output.event("data", Json.object().put("file", file.toString()).put("rows", data.rows().size())
        .put("tokens", data.tokens()).put("trainedTokens", data.trainedTokens()).put("truncated", data.truncated())
        .put("dropped", data.dropped().size())
        .put("droppedLines", Json.of(data.dropped().stream().map(row -> Json.of(row.line())).toList())));
    if (!data.dropped().isEmpty()) {
      Notices.print(output, Counted.of(data.dropped().size(), "row") + " left out for want of a token to train:");
      data.dropped().stream().limit(LINES_SHOWN).forEach(row -> output.say("  line %d: %s", row.line(), row.reason()));
      if (data.dropped().size() > LINES_SHOWN) {
        output.say("  and %,d more", data.dropped().size() - LINES_SHOWN);
      }
    }
  }

  Counts describe(Path file) {
    var conversations = read(file);
    var messages = conversations.stream().flatMap(c -> c.request().messages().stream()).toList();
    return new Counts(conversations.size(), messages.size(), messages.stream().filter(Message::isAssistant).count(),
        messages.stream().mapToLong(RowOptions::characters).sum());
  }

  private static long characters(Message message) {
    return message.fields().get("content").map(content -> content instanceof Json.Str text
        ? text.value().length() : content.toString().length()).orElse(0);
  }
}
