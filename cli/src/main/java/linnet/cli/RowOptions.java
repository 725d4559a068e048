package linnet.cli;

import java.nio.file.Path;
import java.util.List;
import linnet.nn.json.Json;
import linnet.sft.ChatModel;
import linnet.sft.data.Conversation;
import linnet.sft.data.EncodedData;
import linnet.sft.data.EncodingCache;
import linnet.sft.data.FieldMapping;
import linnet.sft.template.Message;
import picocli.CommandLine.Option;

/** How rows are read. */
final class RowOptions {
  @Option(names = "--map", split = ",", paramLabel = "FIELD=NAME",
      description = "Other names of fields: --map question=prompt,answer=completion")
  private List<String> mapping = List.of();

  @Option(names = "--max-length", defaultValue = "1024", paramLabel = "N",
      description = "Longer rows are cut to N tokens, or to as many as the model has positions"
          + " (default: ${DEFAULT-VALUE}).")
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

  /** Refuses what is out of range, before any work is done. */
  void check() {
    requireLength(maxLength);
    FieldMapping.parse(mapping);
  }

  /** A token is trained from those before it, so a row has two at least. */
  static void requireLength(int maxLength) {
    UserException.requireAtLeast(2, "--max-length", maxLength);
  }

  /** Reads and encodes a file, or takes what became of it before, and says what came of it. */
  EncodedData encode(Output output, Path file, ChatModel chat, EncodingCache cache) {
    int length = Math.min(maxLength, chat.model().config().maxPositionEmbeddings());
    var rows = chat.encode(file, FieldMapping.parse(mapping), length, cache);
    DataReport.print(output, file, rows, length);
    return rows.data();
  }

  Counts describe(Path file) {
    var conversations = Conversation.read(file, FieldMapping.parse(mapping));
    var messages = conversations.stream().flatMap(c -> c.request().messages().stream()).toList();
    return new Counts(conversations.size(), messages.size(),
        messages.stream().filter(Message::isAssistant).count(),
        messages.stream().mapToLong(RowOptions::characters).sum());
  }

  private static long characters(Message message) {
    return message.fields().get("content").map(content -> content instanceof Json.Str text
        ? text.value().length() : content.toString().length()).orElse(0);
  }
}
