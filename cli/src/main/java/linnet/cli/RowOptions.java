package linnet.cli;

import java.nio.file.Path;
import linnet.sft.ChatText;
import linnet.sft.data.EncodedData;
import linnet.sft.data.EncodingCache;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How rows are read. */
final class RowOptions {
  @Option(names = {"-d", "--data"}, required = true, paramLabel = "FILE", description = "Rows: JSONL or CSV.")
  private Path data;

  @Mixin
  private MappingOption mapping;

  @Option(names = "--max-length", defaultValue = "1024", paramLabel = "N",
      description = "Longer rows are cut to N tokens, or to as many as the model has positions"
          + " (default: ${DEFAULT-VALUE}).")
  private int maxLength;

  Path data() {
    return data;
  }

  /** Refuses what is out of range, before any work is done. */
  void check() {
    requireLength(maxLength);
    mapping.fields();
  }

  /** A token is trained from those before it, so a row has two at least. */
  static void requireLength(int maxLength) {
    UserException.requireAtLeast(2, "--max-length", maxLength);
  }

  /** Reads and encodes a file, or takes what became of it before, and says what came of it. */
  EncodedData encode(Output output, Path file, ChatText chat, EncodingCache cache) {
    return encode(output, file, chat, cache, () -> { });
  }

  /** The same after a check that costs more than taking rows that were encoded before. */
  EncodedData encode(Output output, Path file, ChatText chat, EncodingCache cache, Runnable before) {
    int length = Math.min(maxLength, chat.maxPositions());
    var rows = chat.encode(file, mapping.fields(), length, cache, before);
    DataReport.print(output, file, rows, length);
    return rows.data();
  }
}
