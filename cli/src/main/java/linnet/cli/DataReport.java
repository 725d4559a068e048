package linnet.cli;

import java.nio.file.Path;
import linnet.nn.json.Json;
import linnet.sft.data.EncodingCache.CachedRows;

/** What became of the rows of a file. */
final class DataReport {
  private static final int LINES_SHOWN = 10;

  private DataReport() {}

  /** Tells the counts, how many rows were cut to {@code length} tokens, and which were left out and why. */
  static void print(Output output, Path file, CachedRows rows, int length) {
    var data = rows.data();
    output.say("data: %s: %s, %s, %,d of them trained%s%s", file, Counted.of(data.rows().size(), "row"),
        Counted.of(data.tokens(), "token"), data.trainedTokens(), data.truncated() == 0 ? ""
            : "; " + Counted.of(data.truncated(), "row") + " cut to " + Counted.of(length, "token"),
        rows.cached() ? "; encoded before" : "");
    output.event("data", Json.object().put("file", file.toString()).put("rows", data.rows().size())
        .put("tokens", data.tokens()).put("trainedTokens", data.trainedTokens())
        .put("truncated", data.truncated())
        .put("cached", rows.cached()).put("dropped", data.dropped().size())
        .put("droppedLines", Json.of(data.dropped().stream().map(row -> Json.of(row.line())).toList())));
    if (!data.dropped().isEmpty()) {
      Notices.print(output, Counted.of(data.dropped().size(), "row")
          + " left out for want of a token to train:");
      data.dropped().stream().limit(LINES_SHOWN).forEach(row ->
          output.say("  line %d: %s", row.line(), row.reason()));
      if (data.dropped().size() > LINES_SHOWN) {
        output.say("  and %,d more", data.dropped().size() - LINES_SHOWN);
      }
    }
  }
}
